using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Queueing;

/// <summary>The queue as it is shown: who is next, what each waits for, and when it is expected to copy.</summary>
public static class QueueForecast
{
    /// <summary>
    /// Every migration that waits, in the order in which they would be admitted if all could be now. Expected starts come from letting the
    /// queue run on by the scheduler's own rules, with each migration taking as long as predicted; where a machine would go is asked once, as
    /// things stand now. A start is null for one that no host can take, and for one that has 200 before it and must wait for others.
    /// </summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="now">The time by the mesh's clock.</param>
    /// <param name="place">Where a migration could go, as in <see cref="Admission.Decide"/>.</param>
    public static IReadOnlyList<QueuedMigration> Create(Fleet fleet, DateTimeOffset now, Func<Fleet, MigrationView, PlacementResult> place)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(place);
        var order = QueueOrder.Sort(fleet, now);
        if (order.Count == 0)
            return [];
        Dictionary<MigrationId, PlacementResult> answers = [];
        var starts = SimulatedQueue.PredictStarts(fleet, now, PlaceOnce);
        var decision = Admission.Decide(fleet, passEpoch: 0, now, PlaceOnce);
        var waiting = decision.Waiting.ToDictionary(left => left.Migration.Id);
        var admitted = decision.Admissions.ToDictionary(admission => admission.Id);
        return [.. order.Select((migration, place) => Queued(migration, place + 1))];

        PlacementResult PlaceOnce(Fleet at, MigrationView migration)
        {
            if (!answers.TryGetValue(migration.Id, out var answer))
                answers[migration.Id] = answer = place(fleet, migration);
            return answer;
        }

        QueuedMigration Queued(MigrationView migration, int position)
        {
            var (left, next) = (waiting.GetValueOrDefault(migration.Id), admitted.GetValueOrDefault(migration.Id));
            var description = left?.WaitsFor ?? (next is null ? "its dismissal: no host can take the machine" : "the scheduler's next turn, which admits it");
            DateTimeOffset? start = starts.TryGetValue(migration.Id, out var simulated) ? simulated : next is { MayTransfer: true } ? now : null;
            return new(
                position, migration.Id, migration.VmName, migration.Source, left?.Destination ?? next?.Destination ?? migration.Destination,
                migration.Phase, migration.Priority, QueueOrder.WaitingSince(migration), description, start);
        }
    }
}
