using Mesh.Contracts.Telemetry;

namespace Mesh.Agent.Hypervisors;

/// <summary>A VM's job and its statistics.</summary>
/// <param name="Operation">What kind of job it is.</param>
/// <param name="Copy">Its statistics.</param>
public sealed record HypervisorJob(JobOperation Operation, CopyStatistics Copy);

/// <summary>What a job does.</summary>
public enum JobOperation
{
    /// <summary>A migration that leaves this host.</summary>
    MigrationOut,

    /// <summary>A migration that comes to this host.</summary>
    MigrationIn,

    /// <summary>Anything else, such as a backup.</summary>
    Other,
}
