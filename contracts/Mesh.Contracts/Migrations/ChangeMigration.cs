using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>
/// Asks to change a running migration: parameters (<c>migrateChangeParams</c> of seed <c>ovirt-migration-enhancements</c>), or the
/// policy that steers it. Asking again with the same identity changes nothing and is answered alike.
/// </summary>
[MessageName("change-migration")]
public sealed record ChangeMigration
{
    /// <summary>The migration.</summary>
    public required MigrationId Id { get; init; }

    /// <summary>The change's identity, chosen by the caller.</summary>
    public required string ChangeId { get; init; }

    /// <summary>Who asks, for the audit.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Why, for the audit; may be empty.</summary>
    public string Reason { get; init; } = "";

    /// <summary>New downtime limit, 1 ms to 2000 s; null leaves it.</summary>
    public TimeSpan? MaxDowntime { get; init; }

    /// <summary>New limit of pre-copy's data rate, 1 MiB/s or more; null leaves it.</summary>
    public BytesPerSecond? Bandwidth { get; init; }

    /// <summary>New limit of post-copy's data rate, 1 MiB/s or more; null leaves it.</summary>
    public BytesPerSecond? PostCopyBandwidth { get; init; }

    /// <summary>True changes over to post-copy; null leaves the technique.</summary>
    public bool? PostCopy { get; init; }

    /// <summary>True suspends the VM while the migration continues; null leaves it.</summary>
    public bool? Suspend { get; init; }

    /// <summary>Compression of memory on or off; null leaves it.</summary>
    public bool? Compression { get; init; }

    /// <summary>Auto-converge on or off; null leaves it.</summary>
    public bool? AutoConverge { get; init; }

    /// <summary>vCPU throttle in percent, 0 to 99, where 0 removes it; null leaves it.</summary>
    public Percent? Throttle { get; init; }

    /// <summary>New stalling limit; null leaves it.</summary>
    public TimeSpan? StallingLimit { get; init; }

    /// <summary>Name of the policy that steers it from now on; null leaves the present one.</summary>
    public string? Policy { get; init; }

    /// <summary>Whether to complete it now: by post-copy if armed, else by suspending the VM.</summary>
    public bool ForceComplete { get; init; }
}
