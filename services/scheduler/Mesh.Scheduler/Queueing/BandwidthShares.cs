using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Predicting;

namespace Mesh.Scheduler.Queueing;

/// <summary>The share of its links that a migration gets.</summary>
/// <param name="Id">The migration.</param>
/// <param name="Bandwidth">Its share.</param>
public sealed record BandwidthShare(MigrationId Id, BytesPerSecond Bandwidth);

/// <summary>Shares the links among the migrations that copy over them.</summary>
public static class BandwidthShares
{
    // A smaller change is not worth a command.
    private const double MinRelativeChange = 0.1;

    // libvirt's limit is in whole MiB/s.
    private static readonly BytesPerSecond MinLimit = BytesPerSecond.FromMebibytes(1);

    /// <summary>
    /// The share of every migration that copies, or is about to, where the capacity of one of its links is known and neither its request nor
    /// its policy sets a limit. Shares are max-min fair; a limit that is set counts as the migration's demand. No share is below
    /// <see cref="SchedulingLimits.BandwidthFloor"/>.
    /// </summary>
    public static IReadOnlyDictionary<MigrationId, BytesPerSecond> Compute(Fleet fleet)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        var least = Math.Max(fleet.Limits.BandwidthFloor.Count, MinLimit.Count);
        return Allocate(fleet, capacity => capacity?.Link is null ? null : LinkCapacity.Usable(capacity, fleet.Limits))
            .Where(share => share.HasLink && FixedLimit(share.Migration) is null)
            .ToDictionary(share => share.Migration.Id, share => new BytesPerSecond((long)Math.Max(share.Rate, least)));
    }

    /// <summary>
    /// The rate at which every migration that copies is expected to: its share, with <see cref="SchedulingLimits.AssumedLink"/> for links of
    /// unknown capacity, and no more than its own limit.
    /// </summary>
    public static IReadOnlyDictionary<MigrationId, BytesPerSecond> ComputeExpected(Fleet fleet)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        return Allocate(fleet, capacity => LinkCapacity.Usable(capacity, fleet.Limits))
            .ToDictionary(share => share.Migration.Id, share => new BytesPerSecond((long)Math.Max(1, share.Rate)));
    }

    /// <summary>Gives admissions to copy their shares, and finds the running migrations whose share has changed.</summary>
    /// <param name="fleet">The fleet, with the admissions counted.</param>
    /// <param name="admissions">The admissions of this pass.</param>
    internal static (IReadOnlyList<AdmitMigration> Admissions, IReadOnlyList<BandwidthShare> Changes) Apply(Fleet fleet, IReadOnlyList<AdmitMigration> admissions)
    {
        var shares = Compute(fleet);
        return (
            [.. admissions.Select(admission =>
                admission.MayTransfer && shares.TryGetValue(admission.Id, out var share) ? admission with { Bandwidth = share } : admission)],
            [.. fleet.Migrations.Where(migration => shares.TryGetValue(migration.Id, out var share) && IsSignificant(migration, share))
                .Select(migration => new BandwidthShare(migration.Id, shares[migration.Id]))]);
    }

    // Only pre-copy's rate can be changed, and only where the scheduler has set it: nobody else's limit is overridden.
    private static bool IsSignificant(MigrationView migration, BytesPerSecond share) =>
        migration.Phase == MigrationPhase.PreCopy
        && migration.BandwidthShare is { } set
        && Math.Abs(share.Count - set.Count) > MinRelativeChange * set.Count;

    private static BytesPerSecond? FixedLimit(MigrationView migration) => migration.Phase == MigrationPhase.PostCopy
        ? migration.Options.PostCopyBandwidth
        : migration.BandwidthShare is null ? migration.Options.Bandwidth : null;

    // A migration that is confirming or cleaning up holds its slot, and sends nothing that would need a share.
    private static bool IsSending(MigrationView migration) =>
        Slots.KindOf(migration) == SlotKind.Copying && migration.Phase is not (MigrationPhase.Confirming or MigrationPhase.CleaningUp);

    private static IEnumerable<(MigrationView Migration, double Rate, bool HasLink)> Allocate(Fleet fleet, Func<HostCapacity?, BytesPerSecond?> usable)
    {
        var hosts = fleet.Hosts.GroupBy(host => host.Inventory.Host).ToDictionary(host => host.Key, host => usable(host.First().Inventory.Capacity));
        Dictionary<(HostName Host, bool IsOutbound), int> numbers = [];
        List<double> capacities = [];
        MigrationView[] sending = [.. fleet.Migrations.Where(IsSending)];
        LinkFlow[] flows =
        [
            .. sending.Select(migration => new LinkFlow(
                FindLink(migration.Source, isOutbound: true), FindLink(migration.Destination, isOutbound: false), FixedLimit(migration)?.Count ?? double.MaxValue)),
        ];
        var rates = new FairShareAllocator(capacities).Allocate(flows);
        return sending.Select((migration, number) => (migration, rates[number], flows[number] is not { Outbound: null, Inbound: null }));

        int? FindLink(HostName? host, bool isOutbound)
        {
            if (host is not { } name || (hosts.TryGetValue(name, out var known) ? known : usable(null)) is not { } capacity)
                return null;
            if (!numbers.TryGetValue((name, isOutbound), out var number))
            {
                numbers[(name, isOutbound)] = number = capacities.Count;
                capacities.Add(capacity.Count);
            }

            return number;
        }
    }
}
