using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Core;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Telemetry;
using Mesh.Scheduler.Host.Drains;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Queueing;

namespace Mesh.Scheduler.Host.Passes;

/// <summary>One scheduling pass: reads the fleet, has it decided, and sends the decisions.</summary>
internal sealed partial class SchedulingPass(FleetReader reader, DrainService drains, IMessageBus bus, TimeProvider time, ILogger<SchedulingPass> log)
{
    // How many ratings an admission carries; all of them would bloat the records of a large mesh.
    private const int RatingsMax = 20;

    private long _passEpoch;
    private IReadOnlyList<MigrationId> _refused = [];

    /// <exception cref="BusRequestException">The migrations service does not respond.</exception>
    public async Task<SchedulingPassResult> RunAsync(CancellationToken cancellation)
    {
        var reading = await ReadAsync(cancellation);
        var drainResult = await drains.StepAsync(reading, cancellation);
        if (drainResult.HasChanged)
            reading = await ReadAsync(cancellation);

        var (decision, refused) = await DecideAndSendAsync(reading.Fleet, cancellation);
        HashSet<MigrationId> again = [.. refused.Intersect(_refused)];
        _refused = refused;
        if (again.Count > 0)
            (decision, _) = await DecideAndSendAsync(Without(again, (await ReadAsync(cancellation)).Fleet), cancellation);
        return new SchedulingPassResult(refused.Count == 0, Earlier(decision.NextDue, drainResult.NextDue));
    }

    /// <summary>Decides, sends the decisions, and returns the admissions that were refused.</summary>
    private async Task<(AdmissionDecision Decision, IReadOnlyList<MigrationId> Refused)> DecideAndSendAsync(Fleet fleet, CancellationToken cancellation)
    {
        var decision = Admission.Decide(fleet, _passEpoch, time.GetUtcNow(), QueuePlacement.CreateIndexed());
        SchedulerMetrics.Record(fleet, decision);
        foreach (var rejection in decision.Rejections)
            await RejectAsync(rejection, cancellation);
        List<MigrationId> refused = [];
        foreach (var admission in decision.Admissions)
            if (!await AdmitAsync(fleet, admission, cancellation))
                refused.Add(admission.Id);
        foreach (var share in decision.Shares)
            await SendShareAsync(fleet, share, cancellation);
        return (decision, refused);
    }

    // A migration whose admission is refused repeatedly must not block its slots for all others.
    private static Fleet Without(HashSet<MigrationId> refused, Fleet fleet) => fleet with
    {
        Migrations = [.. fleet.Migrations.Where(migration => migration.Phase != MigrationPhase.Queued || !refused.Contains(migration.Id))],
    };

    private async Task<FleetSnapshot> ReadAsync(CancellationToken cancellation)
    {
        var reading = await reader.ReadAsync(NextPassEpoch(), cancellation);
        if (reading.IsCurrentPass)
            return reading;

        // The clock was set back over a restart, or another scheduler is ahead: the larger epoch counts.
        _passEpoch = reading.NewestPass;
        return await reader.ReadAsync(NextPassEpoch(), cancellation);
    }

    private long NextPassEpoch() => _passEpoch = Math.Max(_passEpoch + 1, time.GetUtcNow().ToUnixTimeMilliseconds());

    private async Task<bool> AdmitAsync(Fleet fleet, AdmitMigration admission, CancellationToken cancellation)
    {
        var migration = fleet.Migrations.First(migration => migration.Id == admission.Id);
        using var activity = MeshTelemetry.StartActivity(TelemetryNames.Spans.SchedulerAdmit, migration.TraceParent)
            ?.SetTag(TelemetryNames.Tags.MigrationId, admission.Id.Value).SetTag(TelemetryNames.Tags.MigrationDestination, admission.Destination.Value);
        var answer = await SendAsync(admission with { Placement = TrimRatings(admission.Placement) }, cancellation);
        if (!answer.Accepted)
            LogAdmissionRefused(admission.Id.Value, migration.VmName, admission.Destination.Value, answer.Explanation);
        else if (admission.Placement is { } choice)
            LogAdmitted(admission.Id.Value, migration.VmName, admission.Destination.Value, admission.Attempt, admission.MayTransfer ? "copy" : "prepare", choice.Reason);
        else
            LogMayCopy(admission.Id.Value, migration.VmName, admission.Destination.Value);
        return answer.Accepted;
    }

    private Task<AdmissionAnswer> SendShareAsync(Fleet fleet, BandwidthShare share, CancellationToken cancellation)
    {
        var migration = fleet.Migrations.First(migration => migration.Id == share.Id);
        return SendAsync(
            new AdmitMigration
            {
                Id = migration.Id,
                Attempt = migration.Attempt,
                PassEpoch = _passEpoch,
                Destination = migration.Destination!.Value,
                MayTransfer = true,
                Bandwidth = share.Bandwidth,
            },
            cancellation);
    }

    private async Task RejectAsync(RejectMigration rejection, CancellationToken cancellation)
    {
        var answer = await bus.RequestAsync<RejectMigration, AdmissionAnswer>(MigrationQueues.Requests, rejection, cancellation);
        if (answer.Accepted)
            LogRejected(rejection.Id.Value, string.Join("; ", rejection.Refusals.Select(refusal => refusal.Message)));
    }

    private Task<AdmissionAnswer> SendAsync(AdmitMigration admission, CancellationToken cancellation) =>
        bus.RequestAsync<AdmitMigration, AdmissionAnswer>(MigrationQueues.Requests, admission, cancellation);

    private static PlacementDecision? TrimRatings(PlacementDecision? choice) => choice is null || choice.Ratings.Count <= RatingsMax
        ? choice
        : choice with { Ratings = [.. choice.Ratings.Take(RatingsMax)] };

    private static DateTimeOffset? Earlier(DateTimeOffset? left, DateTimeOffset? right) => left is null || right < left ? right : left;

    [LoggerMessage(5010, LogLevel.Information, "Migration {MigrationId} of {Vm} admitted to {What} on {Destination}, attempt {Attempt}: {Why}")]
    private partial void LogAdmitted(string migrationId, string vm, string destination, int attempt, string what, string why);

    [LoggerMessage(5011, LogLevel.Information, "Migration {MigrationId} of {Vm} to {Destination} admitted to copy")]
    private partial void LogMayCopy(string migrationId, string vm, string destination);

    [LoggerMessage(5012, LogLevel.Information, "Admission of migration {MigrationId} of {Vm} to {Destination} refused: {Reason}")]
    private partial void LogAdmissionRefused(string migrationId, string vm, string destination, string reason);

    [LoggerMessage(5013, LogLevel.Warning, "Migration {MigrationId} rejected: no host can take the VM: {Reasons}")]
    private partial void LogRejected(string migrationId, string reasons);
}

/// <summary>The result of a pass.</summary>
/// <param name="IsAllAccepted">Whether every admission was accepted; one that was not is based on an outdated fleet.</param>
/// <param name="NextDue">When the next pass is due even if nothing changes; null for never.</param>
internal sealed record SchedulingPassResult(bool IsAllAccepted, DateTimeOffset? NextDue);
