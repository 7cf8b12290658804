using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;

namespace Mesh.Contracts.Events;

/// <summary>A migration has ended.</summary>
public sealed record MigrationEnded : MigrationEvent
{
    /// <summary>The outcome.</summary>
    public required MigrationOutcome Outcome { get; init; }

    /// <summary>Why; empty after a success.</summary>
    public required string Reason { get; init; }

    /// <summary>Who is to blame for the failure of the last attempt; null unless the outcome is <see cref="MigrationOutcome.Failed"/>.</summary>
    public FailureCause? Cause { get; init; }

    /// <summary>What would help, if the VM and not a host is the reason; may be empty.</summary>
    public string Advice { get; init; } = "";

    /// <summary>From the request to the end.</summary>
    public required TimeSpan TotalTime { get; init; }

    /// <summary>The actual downtime; null if there was none or it is unknown.</summary>
    public TimeSpan? ActualDowntime { get; init; }

    /// <summary>What it measured of the VM, for predicting the next migration; null if it did not copy for long enough.</summary>
    public VmMigrationHistory? History { get; init; }
}
