using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Predicting;

namespace Mesh.Scheduler.Queueing;

/// <summary>Shares the links among the migrations that copy over them.</summary>
public static class BandwidthShares
{
    /// <summary>Who changes a share, as the migration records it.</summary>
    public const string By = "scheduler";

    // A smaller difference is not worth a command.
    private const double MinRelativeChange = 0.1;

    // ChangeMigration accepts no less.
    private static readonly BytesPerSecond MinLimit = BytesPerSecond.FromMebibytes(1);

    /// <summary>
    /// The share of every migration that copies, or is about to, where the capacity of one of its links is known and neither its request nor
    /// its policy has fixed a limit. Shares are max-min fair: all rise together until a link is full, then those on it stay and the others
    /// rise on; a fixed limit counts as a demand for no more. None is below <see cref="SchedulingLimits.BandwidthFloor"/>.
    /// </summary>
    public static IReadOnlyDictionary<MigrationId, BytesPerSecond> Compute(Fleet fleet)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        var least = Math.Max(fleet.Limits.BandwidthFloor.Count, MinLimit.Count);
        return ComputeFlows(fleet, capacity => capacity?.Link is null ? null : LinkCapacity.Usable(capacity, fleet.Limits))
            .Where(flow => flow.Links.Count > 0 && FixedLimit(flow.Migration) is null)
            .ToDictionary(flow => flow.Migration.Id, flow => new BytesPerSecond((long)Math.Max(flow.Rate, least)));
    }

    /// <summary>
    /// The rate at which every migration that copies may be expected to: its share, with <see cref="SchedulingLimits.AssumedLink"/> for links
    /// of which nothing is known, and no more than its own limit.
    /// </summary>
    public static IReadOnlyDictionary<MigrationId, BytesPerSecond> ComputeExpected(Fleet fleet)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        return ComputeFlows(fleet, capacity => LinkCapacity.Usable(capacity, fleet.Limits))
            .ToDictionary(flow => flow.Migration.Id, flow => new BytesPerSecond((long)Math.Max(1, flow.Rate)));
    }

    /// <summary>Gives admissions to copy their shares, and finds the changes for those that copy already and whose share is another now.</summary>
    /// <param name="fleet">The fleet with the admissions counted.</param>
    /// <param name="admissions">The turn's admissions.</param>
    /// <param name="passEpoch">The turn's number.</param>
    internal static (IReadOnlyList<AdmitMigration> Admissions, IReadOnlyList<ChangeMigration> Changes) Apply(
        Fleet fleet, IReadOnlyList<AdmitMigration> admissions, long passEpoch)
    {
        var shares = Compute(fleet);
        return (
            [.. admissions.Select(admission =>
                admission.MayTransfer && shares.TryGetValue(admission.Id, out var share) ? admission with { Bandwidth = share } : admission)],
            [.. fleet.Migrations.Where(migration => shares.TryGetValue(migration.Id, out var share) && IsSignificant(migration, share))
                .Select(migration => CreateChange(migration, shares[migration.Id], passEpoch))]);
    }

    private static ChangeMigration CreateChange(MigrationView migration, BytesPerSecond share, long passEpoch) => new()
    {
        Id = migration.Id,
        ChangeId = $"{By}-{passEpoch}",
        RequestedBy = By,
        Reason = "its share of the link is another now",
        Parameters = new() { Bandwidth = share },
    };

    /// <summary>Only pre-copy's rate can be set, and only where the scheduler has set it before: no one else's limit is taken back.</summary>
    private static bool IsSignificant(MigrationView migration, BytesPerSecond share) =>
        migration.Phase == MigrationPhase.PreCopy
        && migration.BandwidthShare is { } set
        && Math.Abs(share.Count - set.Count) > MinRelativeChange * set.Count;

    private static BytesPerSecond? FixedLimit(MigrationView migration) => migration.Phase == MigrationPhase.PostCopy
        ? migration.Options.PostCopyBandwidth
        : migration.BandwidthShare is null ? migration.Options.Bandwidth : null;

    // What settles or cleans up holds its slot, and sends nothing that would need a share.
    private static bool IsSending(MigrationView migration) =>
        Slots.KindOf(migration) == SlotKind.Copying && migration.Phase is not (MigrationPhase.Confirming or MigrationPhase.CleaningUp);

    private static IEnumerable<LinkFlow> ComputeFlows(Fleet fleet, Func<HostCapacity?, BytesPerSecond?> usable)
    {
        var hosts = fleet.Hosts.GroupBy(host => host.Inventory.Host).ToDictionary(host => host.Key, host => usable(host.First().Inventory.Capacity));
        var links = new FairShareAllocator();
        foreach (var migration in fleet.Migrations.Where(IsSending))
            links.Add(
                new(migration, FixedLimit(migration)?.Count ?? double.MaxValue),
                (migration.Source, Capacity(migration.Source)), (migration.Destination, Capacity(migration.Destination)));
        return links.Allocate();

        BytesPerSecond? Capacity(HostName? host) =>
            host is not { } name ? null : hosts.TryGetValue(name, out var known) ? known : usable(null);
    }
}
