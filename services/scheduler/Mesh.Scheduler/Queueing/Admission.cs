using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;

namespace Mesh.Scheduler.Queueing;

/// <summary>
/// Decides which of the migrations that wait may go on. No queue and no slot is kept anywhere: both follow from the migrations that have not
/// ended, so that nothing is lost with a scheduler that crashes, and no slot outlives its migration.
/// <list type="bullet">
/// <item>They are looked at in the order of <see cref="QueueOrder"/>. One that lacks something is passed over, so that others on other
/// hosts go on; but one that has waited for <see cref="QueueOrder.StepsUntilOverdue"/> ageing steps keeps what it needs from later ones.</item>
/// <item>One that has all it needs to copy is admitted to prepare and to copy. One that could only prepare is admitted to that, if both hosts
/// have a preparing slot free, and copies once it is its turn.</item>
/// <item>One that no host can take is dismissed after <see cref="SchedulingLimits.UnschedulableTimeout"/>, counted from when it was queued or from
/// the end of the pause after its last failure.</item>
/// </list>
/// </summary>
public static class Admission
{
    /// <summary>Decides one turn.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="passEpoch">The turn's number, for the messages.</param>
    /// <param name="now">The time by the mesh's clock.</param>
    /// <param name="place">
    /// Where a migration could go in a fleet in which what this turn has admitted so far counts; the same object as long as nothing more is
    /// admitted, so that an index of it can be kept. Asked only for migrations whose source has a slot free.
    /// </param>
    public static AdmissionDecision Decide(Fleet fleet, long passEpoch, DateTimeOffset now, Func<Fleet, MigrationView, PlacementResult> place)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(place);
        var order = QueueOrder.Sort(fleet, now);
        var work = new AdmissionPass(fleet, passEpoch, now, place);
        foreach (var migration in order)
            work.Evaluate(migration);

        var (admissions, changes) = BandwidthShares.Apply(work.Fleet, work.Admissions, passEpoch);
        var reordered = QueueOrder.NextChange([.. work.Waiting.Select(waiting => waiting.Migration)], fleet.Limits, now);
        return new(admissions, work.Dismissals, changes, work.Waiting, Earliest(work.NextDue, reordered));
    }

    private static DateTimeOffset? Earliest(DateTimeOffset? left, DateTimeOffset? right) =>
        left is { } one && right is { } other ? one < other ? one : other : left ?? right;
}
