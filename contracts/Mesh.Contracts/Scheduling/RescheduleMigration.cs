using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>Changes the priority or the possible destinations of a queued migration. Answered by <see cref="RescheduleAnswer"/>.</summary>
[MessageName("reschedule-migration")]
public sealed record RescheduleMigration
{
    /// <summary>The migration.</summary>
    public required MigrationId Id { get; init; }

    /// <summary>Who requests it, for the audit log.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>The new priority; null leaves it.</summary>
    public MigrationPriority? Priority { get; init; }

    /// <summary>The new destination; null leaves it, unless <see cref="ToAny"/>.</summary>
    public HostName? To { get; init; }

    /// <summary>Further hosts to try after <see cref="To"/>, in this order; null for none.</summary>
    public IReadOnlyList<HostName>? Alternatives { get; init; }

    /// <summary>Whether any host may take it from now on.</summary>
    public bool ToAny { get; init; }

    /// <summary>The host that a plan now assumes; null leaves it.</summary>
    public HostName? Preferred { get; init; }
}
