using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Queueing;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>
/// Whenever a migration is admitted, the number of migrations that copy or are prepared, including it, is within its limits. Only committed
/// state counts. The limits of a policy apply to its own migrations; of all limits that a migration has had, the most generous applies.
/// </summary>
internal sealed class SlotLimitsHold : Invariant
{
    private readonly Dictionary<MigrationId, CommittedMigration> _migrations = [];
    private readonly Dictionary<MigrationId, PolicyConcurrency> _limits = [];

    public SlotLimitsHold(World world)
        : base(world) => world.MigrationChanged += Observe;

    /// <inheritdoc />
    public override string Name => "the number of migrations at once is within the limits";

    private static SlotKind KindOf(CommittedMigration migration) => Slots.KindOf(migration.Phase, migration.MayTransfer);

    private void Observe(CommittedMigration migration)
    {
        var before = _migrations.GetValueOrDefault(migration.Id);
        _migrations[migration.Id] = migration;
        var own = World.SlotLimits.WithPolicy(migration.Policy?.Policy.Concurrency);
        var limit = _limits[migration.Id] = _limits.TryGetValue(migration.Id, out var known) ? Larger(known, own) : own;
        if (KindOf(migration) == SlotKind.None || (before is not null && KindOf(before) == KindOf(migration) && before.Epoch == migration.Epoch))
            return;
        if (KindOf(migration) == SlotKind.Copying)
            CheckCopying(migration, limit);
        else
            CheckPreparing(migration);
    }

    private void CheckCopying(CommittedMigration migration, PolicyConcurrency limit)
    {
        var copying = _migrations.Values.Where(other => KindOf(other) == SlotKind.Copying).ToList();
        Check(migration, copying, limit.Cluster!.Value, "in the mesh");
        Check(migration, copying.Where(other => other.Source == migration.Source), limit.OutboundPerHost!.Value, $"from {migration.Source}");
        Check(migration, copying.Where(other => other.Destination == migration.Destination), limit.InboundPerHost!.Value, $"to {migration.Destination}");
    }

    private void CheckPreparing(CommittedMigration migration)
    {
        var preparing = _migrations.Values.Where(other => KindOf(other) == SlotKind.Preparing).ToList();
        foreach (var host in new[] { migration.Source, migration.Destination })
            Check(migration, preparing.Where(other => other.Source == host || other.Destination == host), World.SlotLimits.Preparing, $"prepared on {host}");
    }

    private void Check(CommittedMigration migration, IEnumerable<CommittedMigration> all, int limit, string where)
    {
        var there = all.ToList();
        if (there.Count > limit)
            Fail($"{migration.Id} was admitted as number {there.Count} {where}, but the limit is {limit}: {string.Join(", ", there.Select(other => $"{other.Id} {other.Phase}"))}");
    }

    private static PolicyConcurrency Larger(PolicyConcurrency one, PolicyConcurrency other) => new()
    {
        Cluster = Math.Max(one.Cluster!.Value, other.Cluster!.Value),
        OutboundPerHost = Math.Max(one.OutboundPerHost!.Value, other.OutboundPerHost!.Value),
        InboundPerHost = Math.Max(one.InboundPerHost!.Value, other.InboundPerHost!.Value),
    };
}
