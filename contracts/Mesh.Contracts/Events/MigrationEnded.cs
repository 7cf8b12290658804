using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;

namespace Mesh.Contracts.Events;

/// <summary>A migration has reached its named end.</summary>
public sealed record MigrationEnded : MigrationEvent
{
    /// <summary>The end.</summary>
    public required MigrationOutcome Outcome { get; init; }

    /// <summary>Why; empty after a plain success.</summary>
    public required string Reason { get; init; }

    /// <summary>What would help, if the reason is the VM and not a host; may be empty.</summary>
    public string Advice { get; init; } = "";

    /// <summary>From the request to the end.</summary>
    public required TimeSpan TotalTime { get; init; }

    /// <summary>The downtime there was; null if there was none or it is not known.</summary>
    public TimeSpan? ActualDowntime { get; init; }

    /// <summary>What it told of the VM, for predicting its next migration; null if it was never copied for long enough.</summary>
    public VmMigrationHistory? History { get; init; }
}
