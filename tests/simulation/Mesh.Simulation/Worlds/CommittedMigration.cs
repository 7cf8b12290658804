using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Migrations;

namespace Mesh.Simulation.Worlds;

/// <summary>The part of a migration's snapshot that concerns invariants; small, because it is read after every commit.</summary>
internal sealed record CommittedMigration
{
    public required CommittedRequest Request { get; init; }

    public required SchedulingPreferences Preferences { get; init; }

    public HostName? Source { get; init; }

    public HostName? Destination { get; init; }

    public required IReadOnlyList<FailedAttempt> FailedAttempts { get; init; }

    public required Epoch Epoch { get; init; }

    /// <summary>Whether it is admitted to copy.</summary>
    public required bool MayTransfer { get; init; }

    public required MigrationPhase Phase { get; init; }

    public CommittedPolicy? Policy { get; init; }

    /// <summary>How the source's job ended.</summary>
    public JobEnd? JobEnd { get; init; }

    /// <summary>Whether it is marked as stalled.</summary>
    public bool Stalled { get; init; }

    /// <summary>Its newest telemetry.</summary>
    public MigrationSample? Sample { get; init; }

    /// <summary>The parameters that are shown as in force.</summary>
    public MigrationParameters? ParametersInForce { get; init; }

    public MigrationId Id => Request.Id;

    internal sealed record CommittedRequest(MigrationId Id);

    internal sealed record CommittedPolicy(CommittedPolicyDocument Policy);

    internal sealed record CommittedPolicyDocument(PolicyConcurrency Concurrency);
}
