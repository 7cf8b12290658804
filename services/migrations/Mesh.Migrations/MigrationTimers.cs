using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Core;

namespace Mesh.Migrations;

/// <summary>How long a flight waits for what, and when it next wants to be woken.</summary>
public static class MigrationTimers
{
    /// <summary>An unanswered command is sent again after this long, then after twice as long each time up to <see cref="ResendMax"/>.</summary>
    public static readonly TimeSpan ResendFirst = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause between two sendings of a command.</summary>
    public static readonly TimeSpan ResendMax = TimeSpan.FromSeconds(60);

    /// <summary>A destination that has not answered to the preparation within this time is given up.</summary>
    public static readonly TimeSpan PrepareTimeout = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Where the source's job never began, an end waits this long for the destination's word that it has cleaned up; the command
    /// stays in the agent's queue beyond that. Where it did begin, the end waits for that word without limit.
    /// </summary>
    public static readonly TimeSpan CleanUpTimeout = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A conclusion from the hosts' words alone, without the source's report of its job, must hold for this long: the two hosts'
    /// reports are taken at different moments.
    /// </summary>
    public static readonly TimeSpan LocationGrace = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The same where a report that was long on its way could mislead: that the machine is lost, which rests on the destination's
    /// word from before it came; or that the job is over, where no report has shown it running. Also for what may still mend
    /// itself, a post-copy that lost its connection.
    /// </summary>
    public static readonly TimeSpan DoubtfulLocationGrace = TimeSpan.FromMinutes(3);

    /// <summary>How long this flight's destination may take to prepare: its policy says, or <see cref="PrepareTimeout"/>.</summary>
    public static TimeSpan PrepareTimeoutOf(MigrationState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Policy?.Policy.Limits.PrepareTimeout ?? PrepareTimeout;
    }

    /// <summary>When to send a command again that was sent so many times.</summary>
    public static DateTimeOffset ResendAt(int sentTimes, DateTimeOffset now) => now + new ExponentialBackoff(ResendFirst, ResendMax).DelayFor(sentTimes);

    /// <summary>When the flight next wants <see cref="TimerElapsed"/>; null if nothing is to come.</summary>
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
        if (state.PendingLocation is { } verdict)
            Consider(verdict.Since + GraceOf(state, verdict.Location));
        return due;

        void Consider(DateTimeOffset at) => due = due is null || at < due ? at : due;
    }

    /// <summary>How long a conclusion must hold before it is announced.</summary>
    public static TimeSpan GraceOf(MigrationState state, ObservedLocation verdict)
    {
        ArgumentNullException.ThrowIfNull(state);
        return verdict switch
        {
            ObservedLocation.OnDestination or ObservedLocation.OrphanOnSource => LocationGrace,
            ObservedLocation.OnSource => state is { WasSeenMigrating: true, JobEnd: not { Result: JobResult.Completed } } ? LocationGrace : DoubtfulLocationGrace,
            ObservedLocation.Nowhere => (state.SourceObservation, state.DestinationObservation) switch
            {
                ({ IsFenced: true }, { IsFenced: true }) => TimeSpan.Zero,
                ({ IsFenced: true }, _) or (_, { IsFenced: true }) => LocationGrace,
                _ => DoubtfulLocationGrace,
            },
            _ => DoubtfulLocationGrace,
        };
    }

    /// <summary>When the request's timeout passes; null if it has none, has passed, or no longer matters.</summary>
    public static DateTimeOffset? TimeoutAt(MigrationState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state is { TimeoutActionTaken: false, StartedAt: { } started, Request.Options.Timeout: { } timeout, AbortRequest: null }
            && state.Phase is MigrationPhase.PreCopy
            ? started + timeout
            : null;
    }
}
