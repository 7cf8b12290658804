using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Core;

namespace Mesh.Migrations;

/// <summary>The timeouts of a migration, and when its next timer is due.</summary>
public static class MigrationTimers
{
    /// <summary>Delay before an unanswered command is sent again; it doubles each time up to <see cref="ResendMax"/>.</summary>
    public static readonly TimeSpan ResendFirst = TimeSpan.FromSeconds(5);

    /// <summary>The longest delay between two sends of a command.</summary>
    public static readonly TimeSpan ResendMax = TimeSpan.FromSeconds(60);

    /// <summary>How long a destination may take to prepare, unless its policy says otherwise.</summary>
    public static readonly TimeSpan PrepareTimeout = TimeSpan.FromMinutes(5);

    /// <summary>
    /// If the source's job never started, the end waits this long for the destination to confirm its clean-up; the command stays in the
    /// agent's queue after that. If it did start, the end waits for the confirmation without limit.
    /// </summary>
    public static readonly TimeSpan CleanUpTimeout = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a conclusion from the hosts' reports alone, without the end of the source's job, must hold: the two hosts' reports are taken
    /// at different times.
    /// </summary>
    public static readonly TimeSpan LocationGrace = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The same where a delayed report could mislead: that the VM is lost, which may rest on a report of the destination from before the VM
    /// arrived; or that the job has ended, where no report has shown it running. Also for a state that may still recover, a post-copy that
    /// lost its connection.
    /// </summary>
    public static readonly TimeSpan DoubtfulLocationGrace = TimeSpan.FromMinutes(3);

    /// <summary>
    /// How long reports that contradict each other, or a host that answers without doing what it was told, are waited for: then the
    /// migration ends with what is known, and nothing is changed on either host.
    /// </summary>
    public static readonly TimeSpan ContradictionGrace = TimeSpan.FromMinutes(10);

    /// <summary>How long a migration's destination may take to prepare: by its policy, or <see cref="PrepareTimeout"/>.</summary>
    public static TimeSpan PrepareTimeoutOf(MigrationState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Policy?.Policy.Limits.PrepareTimeout ?? PrepareTimeout;
    }

    /// <summary>When to send a command again.</summary>
    /// <param name="sentTimes">How often it was sent, 1 or more.</param>
    /// <param name="now">The time.</param>
    public static DateTimeOffset ResendAt(int sentTimes, DateTimeOffset now) => now + new ExponentialBackoff(ResendFirst, ResendMax).DelayFor(sentTimes);

    /// <summary>When the migration next needs <see cref="TimerElapsed"/>; null if never.</summary>
    public static DateTimeOffset? NextDue(MigrationState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.HasEnded)
            return null;

        DateTimeOffset? due = null;
        foreach (var command in state.Outstanding)
            Consider(command.ResendAt);
        if (state.Phase == MigrationPhase.Preparing)
            Consider(state.PhaseSince + PrepareTimeoutOf(state));
        if (PolicyDriver.DueAt(state) is { } planned)
            Consider(planned);
        if (PostCopyRecoveryHandler.DueAt(state) is { } recovery)
            Consider(recovery);
        if (state.Phase == MigrationPhase.CleaningUp && state.StartedAt is null)
            Consider(state.PhaseSince + CleanUpTimeout);
        if (FenceHandler.IsOrphanOnDestination(state))
            Consider(state.SourceObservation!.ReceivedAt + DoubtfulLocationGrace);
        if (TimeoutAt(state) is { } timeout)
            Consider(timeout);
        if (state.PendingLocation is { } pending)
            Consider(pending.Since + GraceOf(state, pending.Location));
        return due;

        void Consider(DateTimeOffset at) => due = due is null || at < due ? at : due;
    }

    /// <summary>How long a conclusion must hold before it is announced.</summary>
    public static TimeSpan GraceOf(MigrationState state, ObservedLocation location)
    {
        ArgumentNullException.ThrowIfNull(state);
        return location switch
        {
            ObservedLocation.OnDestination or ObservedLocation.OrphanOnSource => LocationGrace,
            ObservedLocation.Contradictory => ContradictionGrace,
            ObservedLocation.OnSource when state.Phase == MigrationPhase.CleaningUp => ContradictionGrace,
            ObservedLocation.OnSource => state is { WasSeenMigrating: true, JobEnd: not { Result: JobResult.Completed } } ? LocationGrace : DoubtfulLocationGrace,
            ObservedLocation.Nowhere when CompletionPhase.HasRunAndStopped(state) => LocationGrace,
            ObservedLocation.Nowhere => (state.SourceObservation, state.DestinationObservation) switch
            {
                ({ IsFenced: true }, { IsFenced: true }) => TimeSpan.Zero,
                ({ IsFenced: true }, _) or (_, { IsFenced: true }) => LocationGrace,
                _ => DoubtfulLocationGrace,
            },
            _ => DoubtfulLocationGrace,
        };
    }

    /// <summary>When the request's timeout passes; null if it has none, it has passed, or it no longer applies.</summary>
    public static DateTimeOffset? TimeoutAt(MigrationState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state is { TimeoutActionTaken: false, StartedAt: { } started, Request.Options.Timeout: { } timeout, AbortRequest: null }
            && state is { Phase: MigrationPhase.PreCopy, Plan: not { Tuning.IsSuspended: true } }
            ? started + timeout
            : null;
    }
}

/// <summary>
/// Keeps a migration's time from going back. Within a process the clock does not jump, but during a restart it may have been set back, and
/// then every timer of the migration would be late by as much.
/// </summary>
internal static class ClockCorrection
{
    /// <summary>The state with its times shifted as if the clock had always been set as it is now.</summary>
    public static MigrationState AdvanceTo(this MigrationState state, DateTimeOffset now)
    {
        var ahead = state.UpdatedAt - now;
        return (ahead > TimeSpan.Zero ? ShiftBack(state, ahead) : state) with { UpdatedAt = now };
    }

    private static MigrationState ShiftBack(MigrationState state, TimeSpan by) => state with
    {
        RequestedAt = state.RequestedAt - by,
        QueuedAt = state.QueuedAt - by,
        StartedAt = state.StartedAt - by,
        CopyStartedAt = state.CopyStartedAt - by,
        Recovery = state.Recovery is { } recovery ? recovery with { NextAt = recovery.NextAt - by } : null,
        PhaseSince = state.PhaseSince - by,
        CleanedUpAt = state.CleanedUpAt - by,
        Outstanding = [.. state.Outstanding.Select(command => command with { ResendAt = command.ResendAt - by })],
        SourceObservation = ShiftBack(state.SourceObservation, by),
        DestinationObservation = ShiftBack(state.DestinationObservation, by),
        OrphanSince = state.OrphanSince - by,
        GuestStop = state.GuestStop is { } stop ? stop with { Since = stop.Since - by } : null,
        PendingLocation = state.PendingLocation is { } pending ? pending with { Since = pending.Since - by } : null,
    };

    private static HostObservation? ShiftBack(HostObservation? observation, TimeSpan by) =>
        observation is null ? null : observation with { ReceivedAt = observation.ReceivedAt - by };
}
