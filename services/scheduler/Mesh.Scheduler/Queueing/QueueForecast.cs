using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Queueing;

/// <summary>The queue as it is shown: the order, what each migration waits for, and when it is expected to start copying.</summary>
public static class QueueForecast
{
    /// <summary>
    /// Every waiting migration, in the order in which they would be admitted if all could be now. Expected starts come from simulating the queue
    /// by the scheduler's own rules, with predicted durations; each VM is placed once, in the current fleet. A start is null for a migration that
    /// no host can take, and for one that is not among the first 200 and cannot start at once.
    /// </summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="now">The time by the mesh's clock.</param>
    /// <param name="place">Places a migration, as in <see cref="Admission.Decide"/>.</param>
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
            var description = left?.WaitsFor ?? (next is null ? "its rejection: no host can take the VM" : "the next scheduling pass, which admits it");
            DateTimeOffset? start = starts.TryGetValue(migration.Id, out var simulated) ? simulated : next is { MayTransfer: true } ? now : null;
            return new(
                position, migration.Id, migration.VmName, migration.Source, left?.Destination ?? next?.Destination ?? migration.Destination,
                migration.Phase, migration.Priority, QueueOrder.WaitingSince(migration), description, start);
        }
    }
}
