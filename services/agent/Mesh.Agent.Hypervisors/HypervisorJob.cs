using Mesh.Contracts.Telemetry;

namespace Mesh.Agent.Hypervisors;

/// <summary>A VM's job and its statistics.</summary>
/// <param name="Operation">What kind of job it is.</param>
/// <param name="Copy">Its statistics.</param>
public sealed record HypervisorJob(JobOperation Operation, CopyStatistics Copy);

/// <summary>The kinds of jobs.</summary>
public enum JobOperation
{
    /// <summary>An outgoing migration.</summary>
    MigrationOut,

    /// <summary>An incoming migration.</summary>
    MigrationIn,

    /// <summary>Anything else, such as a backup.</summary>
    Other,
}
