using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Queueing;

/// <summary>
/// Decides which waiting migrations may continue. No queue and no slot is stored: both follow from the unfinished migrations, so that nothing is
/// lost when the scheduler crashes, and no slot outlives its migration.
/// <list type="bullet">
/// <item>Migrations are considered in the order of <see cref="QueueOrder"/>. One that lacks a slot is passed over, so that migrations on other
/// hosts continue; but one that has waited for <see cref="QueueOrder.StepsUntilOverdue"/> ageing steps reserves what it needs.</item>
/// <item>A migration with every slot it needs to copy is admitted to prepare and to copy. One that can only prepare is admitted to that, if
/// both hosts have a preparing slot free, and copies when its transfer slots are free.</item>
/// <item>A migration that no host can take is rejected after <see cref="SchedulingLimits.UnschedulableTimeout"/>, counted from when it was queued
/// or from the end of the back-off after its last failure.</item>
/// </list>
/// </summary>
public static class Admission
{
    /// <summary>Decides one pass.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="passEpoch">The epoch of the pass, for the messages.</param>
    /// <param name="now">The time by the mesh's clock.</param>
    /// <param name="place">
    /// Places a migration in a fleet that includes what this pass has admitted so far. The fleet is the same object until something more is
    /// admitted, so that its index can be reused. Called only for migrations whose source has a free slot.
    /// </param>
    public static AdmissionDecision Decide(Fleet fleet, long passEpoch, DateTimeOffset now, Func<Fleet, MigrationView, PlacementResult> place)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(place);
        var order = QueueOrder.Sort(fleet, now);
        var work = new AdmissionPass(fleet, passEpoch, now, place);
        foreach (var migration in order)
            work.Evaluate(migration);

        var (admissions, shares) = BandwidthShares.Apply(work.Fleet, work.Admissions);
        var reordered = QueueOrder.NextChange([.. work.Waiting.Select(waiting => waiting.Migration)], fleet.Limits, now);
        return new(admissions, work.Rejections, shares, work.Waiting, Earliest(work.NextDue, reordered));
    }

    private static DateTimeOffset? Earliest(DateTimeOffset? left, DateTimeOffset? right) =>
        left is { } one && right is { } other ? one < other ? one : other : left ?? right;
}

/// <summary>What the scheduler decides in one pass.</summary>
/// <param name="Admissions">Migrations that may start or continue, in the order of the decisions.</param>
/// <param name="Rejections">Migrations that no host can take.</param>
/// <param name="Shares">New link shares of running migrations.</param>
/// <param name="Waiting">Migrations that keep waiting, the next one first.</param>
/// <param name="NextDue">When the passing of time alone changes something; null if it does not. Until then only changes of the fleet call for a pass.</param>
public sealed record AdmissionDecision(
    IReadOnlyList<AdmitMigration> Admissions,
    IReadOnlyList<RejectMigration> Rejections,
    IReadOnlyList<BandwidthShare> Shares,
    IReadOnlyList<WaitingMigration> Waiting,
    DateTimeOffset? NextDue);

/// <summary>A migration that is still waiting after a pass.</summary>
/// <param name="Migration">The migration.</param>
/// <param name="WaitsFor">What it waits for, as text.</param>
/// <param name="Destination">The host whose slots it waits for, or where it is prepared; null if neither.</param>
public sealed record WaitingMigration(MigrationView Migration, string WaitsFor, HostName? Destination = null);

/// <summary>Where a waiting migration could go.</summary>
/// <param name="Choice">
/// The best host, why, and the rating of every host: where the best has no free slot, the next eligible one is taken. Null if no host can take
/// the VM.
/// </param>
/// <param name="Refusals">Why no host can take it; empty with a choice.</param>
public sealed record PlacementResult(PlacementDecision? Choice, IReadOnlyList<Refusal> Refusals);
