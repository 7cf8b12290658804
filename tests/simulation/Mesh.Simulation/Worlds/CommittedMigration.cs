using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Migrations;

namespace Mesh.Simulation.Worlds;

/// <summary>The part of a migration's snapshot that concerns the scheduler. It is read after every commit, so it is kept small.</summary>
internal sealed record CommittedMigration
{
    /// <summary>Its request.</summary>
    public required CommittedRequest Request { get; init; }

    /// <summary>Where it may go.</summary>
    public required SchedulingPreferences Preferences { get; init; }

    /// <summary>Where it comes from.</summary>
    public HostName? Source { get; init; }

    /// <summary>Where it goes.</summary>
    public HostName? Destination { get; init; }

    /// <summary>The hosts that failed before.</summary>
    public required IReadOnlyList<FailedAttempt> FailedAttempts { get; init; }

    /// <summary>The attempt's epoch.</summary>
    public required Epoch Epoch { get; init; }

    /// <summary>Whether it was admitted to copy.</summary>
    public required bool MayTransfer { get; init; }

    /// <summary>Where it stands.</summary>
    public required MigrationPhase Phase { get; init; }

    /// <summary>The policy that steers it.</summary>
    public CommittedPolicy? Policy { get; init; }

    /// <summary>Its identity.</summary>
    public MigrationId Id => Request.Id;

    /// <summary>Of a request.</summary>
    internal sealed record CommittedRequest(MigrationId Id);

    /// <summary>Of the policy that counts.</summary>
    internal sealed record CommittedPolicy(CommittedPolicyDocument Policy);

    /// <summary>Of a policy.</summary>
    internal sealed record CommittedPolicyDocument(PolicyConcurrency Concurrency);
}
