using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Telemetry;
using Mesh.Scheduler.Host.Drains;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Queueing;

namespace Mesh.Scheduler.Host.Passes;

/// <summary>One turn: read, decide, carry out. It decides nothing by itself.</summary>
internal sealed partial class SchedulingPass(FleetReader reader, DrainService drains, IMessageBus bus, TimeProvider time, ILogger<SchedulingPass> log)
{
    // What an admission keeps of the hosts that were looked at; all of them would make every record of a large mesh heavy.
    private const int RatingsKeptMax = 20;

    private long _passEpoch;
    private IReadOnlyList<MigrationId> _refused = [];

    /// <summary>Takes a turn.</summary>
    /// <exception cref="BusRequestException">The migrations service does not answer.</exception>
    public async Task<SchedulingPassResult> RunAsync(CancellationToken cancellation)
    {
        var reading = await ReadAsync(cancellation);
        var drained = await drains.StepAsync(reading, cancellation);
        if (drained.HasChanged)
            reading = await ReadAsync(cancellation);

        var (decision, refused) = await DecideAndSendAsync(reading.Fleet, cancellation);
        HashSet<MigrationId> again = [.. refused.Intersect(_refused)];
        _refused = refused;
        if (again.Count > 0)
            (decision, _) = await DecideAndSendAsync(Without(again, (await ReadAsync(cancellation)).Fleet), cancellation);
        return new SchedulingPassResult(refused.Count == 0, Earlier(decision.NextDue, drained.NextDue));
    }

    /// <summary>Decides, and has done what was decided; tells which admissions were not taken.</summary>
    private async Task<(AdmissionDecision Decision, IReadOnlyList<MigrationId> Refused)> DecideAndSendAsync(Fleet fleet, CancellationToken cancellation)
    {
        var decision = Admission.Decide(fleet, _passEpoch, time.GetUtcNow(), QueuePlacement.CreateIndexed());
        SchedulerMetrics.Record(fleet, decision);
        foreach (var dismissal in decision.Dismissals)
            await DismissAsync(dismissal, cancellation);
        List<MigrationId> refused = [];
        foreach (var admission in decision.Admissions)
            if (!await AdmitAsync(fleet, admission, cancellation))
                refused.Add(admission.Id);
        foreach (var change in decision.Changes)
            await SendShareAsync(fleet, change, cancellation);
        return (decision, refused);
    }

    // What is refused time and again must not keep the slots that it would take from all others.
    private static Fleet Without(HashSet<MigrationId> refused, Fleet fleet) => fleet with
    {
        Migrations = [.. fleet.Migrations.Where(migration => migration.Phase != MigrationPhase.Queued || !refused.Contains(migration.Id))],
    };

    private async Task<FleetSnapshot> ReadAsync(CancellationToken cancellation)
    {
        var reading = await reader.ReadAsync(NextPassEpoch(), cancellation);
        if (reading.IsCurrentPass)
            return reading;

        // A clock was set back over a restart, or another scheduler is ahead: the larger number counts.
        _passEpoch = reading.NewestPass;
        return await reader.ReadAsync(NextPassEpoch(), cancellation);
    }

    private long NextPassEpoch() => _passEpoch = Math.Max(_passEpoch + 1, time.GetUtcNow().ToUnixTimeMilliseconds());

    private async Task<bool> AdmitAsync(Fleet fleet, AdmitMigration admission, CancellationToken cancellation)
    {
        var migration = fleet.Migrations.First(migration => migration.Id == admission.Id);
        using var activity = MeshTelemetry.StartActivity("schedule", migration.TraceParent)?.SetTag("mesh.migration.id", admission.Id.Value).SetTag("mesh.destination", admission.Destination.Value);
        var answer = await SendAsync(admission with { Placement = TrimRatings(admission.Placement) }, cancellation);
        if (!answer.Accepted)
            LogNotAdmitted(admission.Id.Value, migration.VmName, admission.Destination.Value, answer.Explanation);
        else if (admission.Placement is { } choice)
            LogAdmitted(admission.Id.Value, migration.VmName, admission.Destination.Value, admission.Attempt, admission.MayTransfer ? "copy" : "prepare", choice.Reason);
        else
            LogMayCopy(admission.Id.Value, migration.VmName, admission.Destination.Value);
        return answer.Accepted;
    }

    private Task<AdmissionAnswer> SendShareAsync(Fleet fleet, ChangeMigration change, CancellationToken cancellation)
    {
        var migration = fleet.Migrations.First(migration => migration.Id == change.Id);
        return SendAsync(
            new AdmitMigration
            {
                Id = migration.Id,
                Attempt = migration.Attempt,
                PassEpoch = _passEpoch,
                Destination = migration.Destination!.Value,
                MayTransfer = true,
                Bandwidth = change.Parameters.Bandwidth,
            },
            cancellation);
    }

    private async Task DismissAsync(RejectMigration dismissal, CancellationToken cancellation)
    {
        var answer = await bus.RequestAsync<RejectMigration, AdmissionAnswer>(MigrationQueues.Requests, dismissal, cancellation);
        if (answer.Accepted)
            LogDismissed(dismissal.Id.Value, string.Join("; ", dismissal.Refusals.Select(refusal => refusal.Message)));
    }

    private Task<AdmissionAnswer> SendAsync(AdmitMigration admission, CancellationToken cancellation) =>
        bus.RequestAsync<AdmitMigration, AdmissionAnswer>(MigrationQueues.Requests, admission, cancellation);

    private static PlacementDecision? TrimRatings(PlacementDecision? choice) => choice is null || choice.Ratings.Count <= RatingsKeptMax
        ? choice
        : choice with { Ratings = [.. choice.Ratings.Take(RatingsKeptMax)] };

    private static DateTimeOffset? Earlier(DateTimeOffset? left, DateTimeOffset? right) => left is null || right < left ? right : left;

    [LoggerMessage(5010, LogLevel.Information, "Migration {MigrationId} of {Vm} is admitted to {Destination}, attempt {Attempt}, to {What}. {Why}")]
    private partial void LogAdmitted(string migrationId, string vm, string destination, int attempt, string what, string why);

    [LoggerMessage(5011, LogLevel.Information, "Migration {MigrationId} of {Vm} to {Destination} may copy")]
    private partial void LogMayCopy(string migrationId, string vm, string destination);

    [LoggerMessage(5012, LogLevel.Information, "Migration {MigrationId} of {Vm} was not admitted to {Destination}: {Reason}")]
    private partial void LogNotAdmitted(string migrationId, string vm, string destination, string reason);

    [LoggerMessage(5013, LogLevel.Warning, "Migration {MigrationId} is given up, because no host can take the machine: {Reasons}")]
    private partial void LogDismissed(string migrationId, string reasons);
}

/// <summary>What came of a turn.</summary>
/// <param name="IsAllAccepted">Whether every admission was taken; one that was not rests on what has changed since it was read.</param>
/// <param name="NextDue">When the next turn is due without news; null if nothing waits for a time.</param>
internal sealed record SchedulingPassResult(bool IsAllAccepted, DateTimeOffset? NextDue);
