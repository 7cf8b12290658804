using Mesh.Cli.Output;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Watching;

/// <summary>A migration as a display shows it, gathered from what came over the live stream.</summary>
internal sealed record MigrationRow
{
    public required MigrationId Id { get; init; }

    public required string VmName { get; init; }

    public HostName? Source { get; init; }

    /// <summary>Where it goes; null while that is not decided.</summary>
    public HostName? Destination { get; init; }

    /// <summary>Its place in the queue, as a view last told; null if it does not wait.</summary>
    public QueuedMigration? Queue { get; init; }

    /// <summary>When the present attempt was asked for; what happened before is over.</summary>
    public DateTimeOffset AttemptSince { get; init; }

    public MigrationPhase Phase { get; init; }

    public MigrationOutcome? Outcome { get; init; }

    public string Reason { get; init; } = "";

    public Percent Progress { get; init; }

    public bool Stalled { get; init; }

    public MigrationSample? Sample { get; init; }

    public TimeSpan? TotalTime { get; init; }

    public TimeSpan? ActualDowntime { get; init; }

    /// <summary>What is to be expected; null before anything can be said, and once it has ended.</summary>
    public MigrationForecast? Forecast { get; init; }

    /// <summary>The policy that steers it and what that has changed so far; empty before a view has told.</summary>
    public string PolicySummary { get; init; } = "";

    /// <summary>The newest change, by whom and why; empty if there was none.</summary>
    public string LatestChange { get; init; } = "";

    /// <summary>What became of the parameters that were changed last; empty until the host has answered.</summary>
    public string LatestAnswers { get; init; } = "";

    /// <summary>The most that auto-converge slowed the machine down.</summary>
    public Percent? ThrottleMax { get; init; }

    public bool HasEnded => Outcome is not null;

    public bool Succeeded => Outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy;

    /// <summary>What the machine writes, in bytes per second; null before the first whole pass.</summary>
    public BytesPerSecond? DirtyRate =>
        Sample is { Copy.DirtyRate: { Count: > 0 } rate } ? rate : null;

    /// <summary>What is left of memory and disks together.</summary>
    public Bytes? Remaining => Sample?.Copy.Remaining;

    /// <summary>What went over the wire, repeats included.</summary>
    public Bytes? Transferred => Sample?.Copy.Transferred;

    /// <summary>The downtime there was, or else what is expected if it switched over now.</summary>
    public TimeSpan? Downtime => ActualDowntime ?? Sample?.Copy.ActualDowntime ?? Sample?.Copy.ExpectedDowntime;

    public static MigrationRow From(MigrationView view) => new MigrationRow
    {
        Id = view.Id,
        VmName = view.VmName,
        Destination = view.Destination,
    }.Apply(view);

    public static MigrationRow From(MigrationEvent migrationEvent) => new MigrationRow
    {
        Id = migrationEvent.MigrationId,
        VmName = migrationEvent.VmName,
        Destination = migrationEvent.Destination,
        Phase = migrationEvent is MigrationProgressed ? MigrationPhase.PreCopy : MigrationPhase.Queued,
    }.Apply(migrationEvent);

    /// <summary>The row after a view, which knows more than what was gathered so far.</summary>
    public MigrationRow Apply(MigrationView view) => WithSample(view.Sample) with
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
        LatestChange = view.Changes.Count > 0 ? ChangeText.Summarize(view.Changes[^1]) : "",
        LatestAnswers = view.Changes.Count > 0 ? ChangeText.Describe(view.Changes[^1].Answers ?? []) : "",
        TotalTime = view.EndedAt - view.RequestedAt,
        ActualDowntime = view.Outcome is null ? null : view.Sample?.Copy.ActualDowntime ?? ActualDowntime,
    };

    /// <summary>The row after an event. Events repeat what a view showed already, so nothing goes backwards.</summary>
    public MigrationRow Apply(MigrationEvent migrationEvent)
    {
        // What an earlier attempt said is over.
        if (HasEnded || migrationEvent.At < AttemptSince)
            return this;
        if (migrationEvent is MigrationRequeued rerun)
            return rerun.Destination == Destination ? Requeued(rerun) : this;

        // Where one goes that waits is told with its admission.
        var isAdmitted = Phase == MigrationPhase.Queued && migrationEvent is MigrationPhaseChanged { Phase: > MigrationPhase.Queued };
        if (!isAdmitted && migrationEvent.Destination is { } other && other != Destination)
            return this;
        var row = this with { VmName = migrationEvent.VmName, Source = migrationEvent.Source ?? Source, Destination = isAdmitted ? migrationEvent.Destination : Destination };
        return migrationEvent switch
        {
            MigrationProgressed progressed => row.WithSample(progressed.Sample) with
            {
                Progress = new Percent(Math.Max(Progress.Value, progressed.Progress.Value)),
                Forecast = progressed.Forecast,
                Stalled = Stalled && progressed.Sample.Phase < JobPhase.SwitchOver,
            },
            MigrationPhaseChanged changed => changed.Phase < Phase ? row : row with
            {
                Phase = changed.Phase,
                Reason = changed.Reason,
                Queue = changed.Phase is MigrationPhase.Queued or MigrationPhase.Ready ? Queue : null,
            },
            MigrationStalled => row with { Stalled = true },
            MigrationChangeRequested decided => row with { LatestChange = ChangeText.Summarize(decided), LatestAnswers = "" },
            MigrationParametersChanged changed => row with { LatestAnswers = ChangeText.Describe(changed.Parameters) },
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

    private MigrationRow Requeued(MigrationRequeued rerun) => this with
    {
        Destination = null,
        AttemptSince = rerun.At,
        Phase = MigrationPhase.Queued,
        Reason = $"{TextFormatter.Format(rerun.Destination)} failed ({rerun.Failure}); waits for another host",
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

    private MigrationRow WithSample(MigrationSample? sample) => sample is null ? this : this with
    {
        Sample = sample,
        ThrottleMax = sample.Throttle is { } throttle && throttle.Value > (ThrottleMax?.Value ?? 0) ? throttle : ThrottleMax,
    };
}
