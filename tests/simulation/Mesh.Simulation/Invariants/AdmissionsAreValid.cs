using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>The destination of an attempt is allowed, has not failed an earlier attempt, and does not change during the attempt.</summary>
internal sealed class AdmissionsAreValid : Invariant
{
    private readonly Dictionary<(MigrationId Id, int Attempt), (HostName Destination, Epoch Epoch)> _attempts = [];

    public AdmissionsAreValid(World world)
        : base(world) => world.MigrationChanged += Check;

    /// <inheritdoc />
    public override string Name => "each attempt has one destination, which is allowed";

    private void Check(CommittedMigration migration)
    {
        if (migration.Phase == MigrationPhase.Queued || migration.Destination is not { } to)
            return;
        var attempt = (migration.Id, migration.FailedAttempts.Count);
        if (_attempts.TryAdd(attempt, (to, migration.Epoch)))
        {
            World.Trace.Add("admitted", $"{migration.Id}, attempt {migration.FailedAttempts.Count + 1}, from {migration.Source} to {to}, {(migration.MayTransfer ? "copy" : "prepare")}");
            if (migration.Preferences.AllowedHosts.Count > 0 && !migration.Preferences.AllowedHosts.Contains(to))
                Fail($"{migration.Id} goes to {to}, but may only go to {string.Join(", ", migration.Preferences.AllowedHosts)}");
            if (migration.FailedAttempts.Any(failed => failed.Destination == to))
                Fail($"{migration.Id} goes to {to}, which has failed an earlier attempt");
            if (migration.Source == to)
                Fail($"{migration.Id} goes to {to}, where its VM already is");
        }
        else if (_attempts[attempt] != (to, migration.Epoch))
        {
            Fail($"attempt {migration.FailedAttempts.Count + 1} of {migration.Id} goes to {to}, but went to {_attempts[attempt].Destination} before");
        }
    }
}
