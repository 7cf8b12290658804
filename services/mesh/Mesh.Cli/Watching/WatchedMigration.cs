using Mesh.Cli.Output;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Watching;

/// <summary>A migration in a display, updated from the live stream.</summary>
internal sealed record WatchedMigration
{
    public required MigrationId Id { get; init; }

    public required string VmName { get; init; }

    public HostName? Source { get; init; }

    /// <summary>The destination; null until one is chosen.</summary>
    public HostName? Destination { get; init; }

    /// <summary>Its position in the queue, from the latest view; null if it is not queued.</summary>
    public QueuedMigration? Queue { get; init; }

    /// <summary>When the current attempt was queued; earlier events are obsolete.</summary>
    public DateTimeOffset AttemptSince { get; init; }

    public MigrationPhase Phase { get; init; }

    public MigrationOutcome? Outcome { get; init; }

    public string Reason { get; init; } = "";

    public Percent Progress { get; init; }

    public bool Stalled { get; init; }

    public MigrationSample? Sample { get; init; }

    public TimeSpan? TotalTime { get; init; }

    public TimeSpan? ActualDowntime { get; init; }

    /// <summary>The forecast; null if there is none yet, and after the end.</summary>
    public MigrationForecast? Forecast { get; init; }

    /// <summary>The policy and its changes so far; empty before the first view.</summary>
    public string PolicySummary { get; init; } = "";

    /// <summary>The latest change; empty if there is none.</summary>
    public string LatestChange { get; init; } = "";

    /// <summary>The results of the latest change; empty until the host has answered.</summary>
    public string LatestAnswers { get; init; } = "";

    /// <summary>The highest vCPU throttle so far.</summary>
    public Percent? ThrottleMax { get; init; }

    public bool HasEnded => Outcome is not null;

    public bool Succeeded => Outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy;

    /// <summary>The dirty rate in bytes per second; null before the first complete pass.</summary>
    public BytesPerSecond? DirtyRate =>
        Sample is { Copy.DirtyRate: { Count: > 0 } rate } ? rate : null;

    /// <summary>Remaining memory and disk data.</summary>
    public Bytes? Remaining => Sample?.Copy.Remaining;

    /// <summary>Transferred data, including repeated pages.</summary>
    public Bytes? Transferred => Sample?.Copy.Transferred;

    /// <summary>The actual downtime, or the expected downtime of a switchover now.</summary>
    public TimeSpan? Downtime => ActualDowntime ?? Sample?.Copy.ActualDowntime ?? Sample?.Copy.ExpectedDowntime;

    public static WatchedMigration From(MigrationView view) => new WatchedMigration
    {
        Id = view.Id,
        VmName = view.VmName,
        Destination = view.Destination,
    }.Apply(view);

    public static WatchedMigration From(MigrationEvent migrationEvent) => new WatchedMigration
    {
        Id = migrationEvent.MigrationId,
        VmName = migrationEvent.VmName,
        Destination = migrationEvent.Destination,
        Phase = migrationEvent is MigrationProgressed ? MigrationPhase.PreCopy : MigrationPhase.Queued,
    }.Apply(migrationEvent);

    /// <summary>The row after a view, which is more complete than the events so far.</summary>
    public WatchedMigration Apply(MigrationView view) => WithSample(view.Sample) with
    {
        VmName = view.VmName,
        Source = view.Source,
        Destination = view.Destination,
        Queue = view.Queue,
        AttemptSince = view.QueuedAt ?? AttemptSince,
        Phase = view.Phase,
        Outcome = view.Outcome,
        Reason = view.Reason,
        Progress = view.Progress,
        Stalled = view.Stalled,
        Forecast = view.Forecast,
        PolicySummary = view.Policy is { } policy ? DescribePolicy(policy.Policy.Name, view.Changes) : "",
        LatestChange = view.Changes.Count > 0 ? MigrationText.Summarize(view.Changes[^1]) : "",
        LatestAnswers = view.Changes.Count > 0 ? MigrationText.Describe(view.Changes[^1].Answers ?? []) : "",
        TotalTime = view.EndedAt - view.RequestedAt,
        ActualDowntime = view.Outcome is null ? null : view.Sample?.Copy.ActualDowntime ?? ActualDowntime,
    };

    /// <summary>The row after an event. Events may repeat what a view contained, so no value goes back.</summary>
    public WatchedMigration Apply(MigrationEvent migrationEvent)
    {
        // Ignore events of earlier attempts.
        if (HasEnded || migrationEvent.At < AttemptSince)
            return this;
        if (migrationEvent is MigrationRequeued requeued)
            return requeued.Destination == Destination ? Requeue(requeued) : this;

        // The destination of a queued migration is chosen at its admission.
        var isAdmitted = Phase == MigrationPhase.Queued && migrationEvent is MigrationPhaseChanged { Phase: > MigrationPhase.Queued };
        if (!isAdmitted && migrationEvent.Destination is { } other && other != Destination)
            return this;
        var row = this with
        {
            VmName = migrationEvent.VmName,
            Source = migrationEvent.Source ?? Source,
            Destination = isAdmitted ? migrationEvent.Destination : Destination,
        };
        return migrationEvent switch
        {
            MigrationProgressed progressed => row.WithSample(progressed.Sample) with
            {
                Progress = new Percent(Math.Max(Progress.Value, progressed.Progress.Value)),
                Forecast = progressed.Forecast,
                Stalled = progressed.Stalled,
            },
            MigrationPhaseChanged changed => changed.Phase < Phase ? row : row with
            {
                Phase = changed.Phase,
                Reason = changed.Reason,
                Queue = changed.Phase is MigrationPhase.Queued or MigrationPhase.Ready ? Queue : null,
            },
            MigrationStalled => row with { Stalled = true },
            MigrationChangeRequested change => row with { LatestChange = MigrationText.Summarize(change), LatestAnswers = "" },
            MigrationParametersChanged changed => row with { LatestAnswers = MigrationText.Describe(changed.Parameters) },
            MigrationLimitReached reached => row with { Reason = $"{reached.Limit} of {reached.Value.TotalSeconds:0.#} s reached" },
            MigrationEnded ended => row with
            {
                Phase = MigrationPhase.Ended,
                Outcome = ended.Outcome,
                Reason = ended.Reason,
                TotalTime = ended.TotalTime,
                ActualDowntime = ended.ActualDowntime,
                Stalled = false,
                Forecast = null,
                Queue = null,
                Progress = ended.Outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy ? new Percent(100) : Progress,
            },
            _ => row,
        };
    }

    /// <summary>The outcome, such as <c>completed after 12.1 s, downtime 180 ms, 4.2 GiB transferred</c>.</summary>
    public string DescribeOutcome()
    {
        var line = Outcome switch
        {
            MigrationOutcome.Completed => "completed",
            MigrationOutcome.CompletedPostCopy => "completed by post-copy",
            MigrationOutcome.Refused => "refused",
            MigrationOutcome.AbortedByOperator => "aborted",
            MigrationOutcome.AbortedByPolicy => "aborted by its policy",
            MigrationOutcome.TimedOut => "aborted by a hard limit",
            MigrationOutcome.Failed => "failed",
            MigrationOutcome.PostCopyFailed => "post-copy failed: the VM is paused on both hosts",
            MigrationOutcome.Lost => "lost: the VM runs on neither host",
            MigrationOutcome.CompletedNotRunning => "moved, but the VM does not run on the destination",
            MigrationOutcome.GuestStopped => "ended because the guest stopped",
            _ => TextFormatter.FormatShort(Phase),
        };
        if (TotalTime is { } total)
            line += $" after {TextFormatter.Format(total)}";
        if (Succeeded && ActualDowntime is { } downtime)
            line += $", downtime {TextFormatter.Format(downtime)}";
        if (Transferred is { Count: > 0 } transferred)
            line += $", {transferred} transferred";
        return Reason.Length > 0 ? $"{line}: {Reason}" : line;
    }

    private WatchedMigration Requeue(MigrationRequeued requeued) => this with
    {
        Destination = null,
        AttemptSince = requeued.At,
        Phase = MigrationPhase.Queued,
        Reason = $"{TextFormatter.Format(requeued.Destination)} failed ({requeued.Failure}); waiting for another host",
        Progress = default,
        Stalled = false,
        Sample = null,
        Forecast = null,
    };

    private static string DescribePolicy(string policy, IEnumerable<MigrationChange> changes)
    {
        var done = string.Join(", ", changes.Where(change => change.Origin is ChangeOrigin.Policy && change.RequestedBy == policy).Select(change => change.Description));
        return done.Length > 0 ? $"policy {policy}: {done}" : $"policy {policy}";
    }

    private WatchedMigration WithSample(MigrationSample? sample) => sample is null ? this : this with
    {
        Sample = sample,
        ThrottleMax = sample.Throttle is { } throttle && throttle.Value > (ThrottleMax?.Value ?? 0) ? throttle : ThrottleMax,
    };
}
