using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>An attempt goes to a host that its migration may go to and that has not failed it before, and to no other one as long as it lasts.</summary>
internal sealed class AdmissionsAreValid : Invariant
{
    private readonly Dictionary<(MigrationId Id, int Attempt), (HostName Destination, Epoch Epoch)> _attempts = [];

    /// <summary>Watches commits.</summary>
    public AdmissionsAreValid(World world)
        : base(world) => world.MigrationChanged += Check;

    /// <inheritdoc />
    public override string Name => "each attempt goes to one host, which may take it";

    private void Check(CommittedMigration migration)
    {
        if (migration.Phase == MigrationPhase.Queued || migration.Destination is not { } to)
            return;
        var attempt = (migration.Id, migration.FailedAttempts.Count);
        if (_attempts.TryAdd(attempt, (to, migration.Epoch)))
        {
            World.Trace.Add("admitted", $"{migration.Id}, attempt {migration.FailedAttempts.Count + 1}, from {migration.Source} to {to}, {(migration.MayTransfer ? "copy" : "prepare")}");
            if (migration.Preferences.AllowedHosts.Count > 0 && !migration.Preferences.AllowedHosts.Contains(to))
                Fail($"{migration.Id} goes to {to}, and may only go to {string.Join(", ", migration.Preferences.AllowedHosts)}");
            if (migration.FailedAttempts.Any(failed => failed.Destination == to))
                Fail($"{migration.Id} goes to {to}, which has failed it before");
            if (migration.Source == to)
                Fail($"{migration.Id} goes to {to}, where its machine is");
        }
        else if (_attempts[attempt] != (to, migration.Epoch))
        {
            Fail($"attempt {migration.FailedAttempts.Count + 1} of {migration.Id} goes to {to}, and has gone to {_attempts[attempt].Destination} before");
        }
    }
}
