using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Agents;

/// <summary>
/// To the source: change a running migration (<c>migrateChangeParams</c> of seed <c>ovirt-migration-enhancements</c>). The answer
/// names each given parameter as applied, emulated or refused.
/// </summary>
public sealed record ChangeParameters : AgentCommand
{
    /// <summary>New downtime limit; null leaves it.</summary>
    public TimeSpan? MaxDowntime { get; init; }

    /// <summary>New limit of pre-copy's data rate; null leaves it.</summary>
    public BytesPerSecond? Bandwidth { get; init; }

    /// <summary>New limit of post-copy's data rate; null leaves it.</summary>
    public BytesPerSecond? PostCopyBandwidth { get; init; }

    /// <summary>True changes over to post-copy now; null leaves the technique. There is no way back, so false is refused.</summary>
    public bool? PostCopy { get; init; }

    /// <summary>True suspends the machine while the migration goes on; false lets a suspended one run again; null leaves it.</summary>
    public bool? Suspend { get; init; }

    /// <summary>Compression of memory on or off; null leaves it.</summary>
    public bool? Compression { get; init; }

    /// <summary>Auto-converge on or off; null leaves it.</summary>
    public bool? AutoConverge { get; init; }

    /// <summary>How much the machine's processors are slowed down, 0 to 99, where 0 lifts it; null leaves it.</summary>
    public Percent? Throttle { get; init; }

    /// <summary>New hard limits for the agent to hold; null leaves them.</summary>
    public MigrationLimits? Limits { get; init; }

    /// <summary>New stalling limit; null leaves it.</summary>
    public TimeSpan? StallingLimit { get; init; }
}
