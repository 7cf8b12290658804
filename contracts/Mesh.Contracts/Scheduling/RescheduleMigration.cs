using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>Changes what a migration that still waits is to be: its priority, or where it may go. Answered by <see cref="RescheduleAnswer"/>.</summary>
[MessageName("reschedule-migration")]
public sealed record RescheduleMigration
{
    /// <summary>The migration.</summary>
    public required MigrationId Id { get; init; }

    /// <summary>Who asks, for the audit.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>New priority; null leaves it.</summary>
    public MigrationPriority? Priority { get; init; }

    /// <summary>New destination; null leaves it, unless <see cref="ToAny"/>.</summary>
    public HostName? To { get; init; }

    /// <summary>Further hosts with <see cref="To"/>, in order; null for none.</summary>
    public IReadOnlyList<HostName>? Alternatives { get; init; }

    /// <summary>Whether any host may take it from now on.</summary>
    public bool ToAny { get; init; }

    /// <summary>The host that a plan now reckons with; null leaves it.</summary>
    public HostName? Preferred { get; init; }
}
