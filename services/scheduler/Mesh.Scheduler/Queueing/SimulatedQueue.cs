using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Predicting;

namespace Mesh.Scheduler.Queueing;

/// <summary>Simulates a queue by the rules of <see cref="Admission"/>, with predicted durations and no failures.</summary>
internal static class SimulatedQueue
{
    /// <summary>How many migrations are simulated: a prediction for those further behind would mislead. Also bounds the work.</summary>
    public const int AheadMax = 200;

    // Each step starts or ends a migration; enough for all that are simulated.
    private const int StepsMax = 4 * AheadMax;

    /// <summary>When each waiting migration is expected to start copying, as far as it can be predicted.</summary>
    public static IReadOnlyDictionary<MigrationId, DateTimeOffset> PredictStarts(Fleet fleet, DateTimeOffset now, Func<Fleet, MigrationView, PlacementResult> place)
    {
        var dirtyRates = MigrationPrediction.DirtyRates(fleet);
        Dictionary<MigrationId, DateTimeOffset> starts = [];
        var ends = PredictEnds(fleet, [.. fleet.Migrations.Where(IsUnderWay)], now, dirtyRates).ToDictionary();
        var behind = QueueOrder.Sort(fleet, now).Skip(AheadMax).Select(migration => migration.Id).ToHashSet();
        var (world, clock) = (AssumePrepared(fleet with { Migrations = [.. fleet.Migrations.Where(migration => !behind.Contains(migration.Id))] }), now);
        for (var step = 0; step < StepsMax && world.Migrations.Any(Slots.IsWaiting); step++)
        {
            var decision = Admission.Decide(world, passEpoch: 0, clock, place);
            world = Apply(world, decision);
            var begun = decision.Admissions.Where(admission => admission.MayTransfer).Select(admission => admission.Id).ToHashSet();
            foreach (var id in begun)
                starts[id] = clock;
            foreach (var (id, end) in PredictEnds(world, [.. world.Migrations.Where(migration => begun.Contains(migration.Id))], clock, dirtyRates))
                ends[id] = end;
            if (NextEvent(ends, world, clock) is not { } next)
                break;
            clock = next;
            var over = ends.Where(end => end.Value <= next).Select(end => end.Key).ToHashSet();
            foreach (var id in over)
                ends.Remove(id);
            world = world with { Migrations = [.. world.Migrations.Where(migration => !over.Contains(migration.Id))] };
        }

        return starts;
    }

    /// <summary>Migrations that may only prepare count as prepared: preparing is short compared to copying.</summary>
    private static Fleet AssumePrepared(Fleet fleet) => fleet with
    {
        Migrations = [.. fleet.Migrations.Select(migration =>
            migration is { Phase: MigrationPhase.Preparing, MayTransfer: false } ? migration with { Phase = MigrationPhase.Ready } : migration)],
    };

    private static Fleet Apply(Fleet world, AdmissionDecision decision)
    {
        var admissions = decision.Admissions.ToDictionary(admission => admission.Id);
        var rejected = decision.Rejections.Select(rejection => rejection.Id).ToHashSet();
        return world with
        {
            Migrations = [.. world.Migrations.Where(migration => !rejected.Contains(migration.Id)).Select(migration =>
                admissions.TryGetValue(migration.Id, out var admission) ? Admit(migration, admission) : migration)],
        };
    }

    private static MigrationView Admit(MigrationView migration, AdmitMigration admission) => migration with
    {
        Phase = admission.MayTransfer ? MigrationPhase.PreCopy : MigrationPhase.Ready,
        Destination = admission.Destination,
        MayTransfer = admission.MayTransfer,
        Sample = null,
        Forecast = null,
    };

    private static bool IsUnderWay(MigrationView migration) => Slots.KindOf(migration) == SlotKind.Copying || migration.Phase == MigrationPhase.CleaningUp;

    private static IEnumerable<KeyValuePair<MigrationId, DateTimeOffset>> PredictEnds(
        Fleet fleet, IReadOnlyList<MigrationView> copying, DateTimeOffset now, IReadOnlyDictionary<VmId, BytesPerSecond> dirtyRates)
    {
        var rates = copying.Count > 0 ? BandwidthShares.ComputeExpected(fleet) : null;
        foreach (var migration in copying)
            yield return new(migration.Id, now + RemainingTime(migration, rates!.GetValueOrDefault(migration.Id, fleet.Limits.AssumedLink), dirtyRates));
    }

    /// <summary>The remaining time of a migration that copies or starts to.</summary>
    private static TimeSpan RemainingTime(MigrationView migration, BytesPerSecond bandwidth, IReadOnlyDictionary<VmId, BytesPerSecond> dirtyRates)
    {
        if (migration.Phase is MigrationPhase.Confirming or MigrationPhase.CleaningUp)
            return TimeSpan.Zero;
        if (migration.Forecast?.TimeToEnd is { } left)
            return left;
        var size = migration.Sample is { Copy: { Bandwidth.Count: > 0 } copy } ? copy.Remaining : migration.DataSize ?? Bytes.Zero;
        var rate = migration.Sample is { Copy: { Bandwidth.Count: > 0 } current } ? current.Bandwidth : new BytesPerSecond(Math.Max(1, bandwidth.Count));
        BytesPerSecond? dirty = migration.Forecast?.DirtyRate ?? (migration.VmId is { } vm && dirtyRates.TryGetValue(vm, out var known) ? known : null);
        return MigrationPrediction.PreCopyDuration(size, rate, dirty);
    }

    /// <summary>When the next migration or back-off ends; null for never. Changes by ageing take effect then, too.</summary>
    private static DateTimeOffset? NextEvent(Dictionary<MigrationId, DateTimeOffset> ends, Fleet world, DateTimeOffset clock)
    {
        var backOffs = world.Migrations.Where(migration => migration.Phase == MigrationPhase.Queued)
            .Select(migration => BackOff.EndsAt(migration, world.Limits)).OfType<DateTimeOffset>().Where(end => end > clock);
        var moments = ends.Values.Select(end => end > clock ? end : clock).Concat(backOffs).ToList();
        return moments.Count > 0 ? moments.Min() : null;
    }
}
