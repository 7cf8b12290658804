using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Policy;

namespace Mesh.Migrations;

/// <summary>How the policy's plan is stepped: at every sample, and by time where no sample comes.</summary>
internal static class Steering
{
    /// <summary>What stands for no limit where one has to be named.</summary>
    public static readonly BytesPerSecond Unlimited = BytesPerSecond.FromMebibytes(long.MaxValue >> 20);

    /// <summary>The agent holds the policy's limits by itself, this much later than the mesh, which knows more.</summary>
    private static readonly TimeSpan AgentMargin = TimeSpan.FromSeconds(10);

    private static readonly MigrationPolicy NoPolicy = new() { Name = "none", Description = "No policy counts for this migration." };

    /// <summary>The plan at the beginning of an attempt.</summary>
    public static PlanState Begin(FlightState state)
    {
        var plan = Plan.Begin(PolicyOf(state), SubjectOf(state));
        return Plan.Note(plan, plan.Knobs with { Downtime = state.Options.MaxDowntime, Bandwidth = state.Options.Bandwidth ?? state.Share });
    }

    /// <summary>The hard limits that the agent is given: those of the request, and the policy's where that says nothing.</summary>
    public static MigrationLimits AgentLimits(this FlightState state)
    {
        var asked = state.Request.Limits;
        if (state.Policy is null || state.Vm is null)
            return asked;
        var limits = state.Policy.Policy.Limits;
        return asked with
        {
            ProgressTimeout = asked.ProgressTimeout ?? (limits.ProgressTimeout is { } progress ? progress + AgentMargin : TimeSpan.Zero),
            CompletionTimeout = LastAbort(state),
            StallingLimit = asked.StallingLimit ?? limits.StallingLimit,
        };
    }

    /// <summary>Lets the plan look at a sample; what it wants done is done by <see cref="Act"/>, after the sample has been taken.</summary>
    public static void See(Turn turn, MigrationSample sample)
    {
        if (turn.State is not { Plan: { } plan, AbortWish: null } || !IsPlannedOn(sample))
            return;
        var planned = Plan.Look(plan, Of(sample, plan.Knobs));
        turn.State = turn.State with { Plan = planned.Plan, PlanZero = turn.Now - sample.Elapsed, Forecast = Plan.Forecast(planned.Plan) };
        turn.Planned = planned.Actions;
    }

    /// <summary>Does what the plan wants.</summary>
    public static void Act(Turn turn)
    {
        foreach (var action in turn.Planned)
            Do(turn, action);
        turn.Planned = [];
    }

    /// <summary>When time alone may decide something; null if never.</summary>
    public static DateTimeOffset? DueAt(FlightState state) =>
        state is { Plan: { } plan, JobEnd: null, AbortWish: null, Phase: MigrationPhase.PreCopy or MigrationPhase.SwitchOver } && Plan.NextDue(plan) is { } due
            ? ZeroOf(state) + due + TimeSpan.FromMilliseconds(1)
            : null;

    /// <summary>Lets the plan do what time alone decides.</summary>
    public static void Wait(Turn turn)
    {
        var planned = Plan.Wait(turn.State.Plan!, turn.Now - ZeroOf(turn.State));
        turn.State = turn.State with { Plan = planned.Plan };
        turn.Planned = planned.Actions;
        Act(turn);
    }

    /// <summary>Follows another policy from the next sample on.</summary>
    public static void Exchange(Turn turn, EffectivePolicy policy)
    {
        turn.State = turn.State with { Policy = policy };
        if (turn.State.Plan is { } plan)
            turn.State = turn.State with { Plan = Plan.Exchange(plan, PolicyOf(turn.State)) };
    }

    private static void Do(Turn turn, PlannedAction action)
    {
        if (turn.State.AbortWish is not null)
            return;
        var by = $"policy {turn.State.Policy?.Policy.Name}";
        if (action.Kind is PolicyActionKind.Abort)
        {
            Aborting.Wish(turn, new AbortWish(action.IsLimit ? AbortCause.Limit : AbortCause.Policy, $"{by}: {action.Reason}"));
            return;
        }

        Changing.GiveOwn(turn, by, action.Reason, new ChangeMigration
        {
            Id = turn.State.Id,
            ChangeId = "",
            By = by,
            MaxDowntime = action.Downtime,
            Bandwidth = action.Kind is PolicyActionKind.SetBandwidth ? action.Bandwidth ?? turn.State.Share ?? Unlimited : null,
            Throttle = action.Throttle,
            PostCopy = action.Kind is PolicyActionKind.PostCopy ? true : null,
            Suspend = action.Kind is PolicyActionKind.Suspend ? true : null,
        });
    }

    /// <summary>Whether a sample tells anything of the copying.</summary>
    public static bool IsPlannedOn(MigrationSample sample) => sample.Phase is not (JobPhase.Setup or JobPhase.Completed);

    /// <summary>A sample as plans know it.</summary>
    public static PlanSample Of(MigrationSample sample, Knobs knobs)
    {
        var both = sample.Memory + sample.Disk;
        return new PlanSample(
            sample.Elapsed, sample.Iteration, both.Total, both.Transferred, both.Remaining, sample.Bandwidth, sample.DirtyRatePagesPerSecond, sample.PageSize,
            sample.Phase switch
            {
                JobPhase.PostCopy or JobPhase.PostCopyFailed => PlanStatus.PostCopy,
                JobPhase.SwitchOver => PlanStatus.Paused,
                _ => knobs.IsSuspended ? PlanStatus.Paused : PlanStatus.Running,
            });
    }

    /// <summary>The policy with what the request says instead of it.</summary>
    private static MigrationPolicy PolicyOf(FlightState state)
    {
        var (policy, asked) = (state.Policy?.Policy ?? NoPolicy, state.Request.Limits);
        var isTimed = IsTimed(asked);
        var limits = policy.Limits with { ProgressTimeout = asked.ProgressTimeout is { } progress ? Limit(progress) : policy.Limits.ProgressTimeout };
        return policy with
        {
            Limits = isTimed
                ? limits with { CompletionTimeout = Limit(asked.CompletionTimeout), CompletionTimeoutPerGiB = asked.CompletionTimeout is null ? Limit(asked.CompletionTimeoutPerGiB) : null }
                : limits,
            LastResort = isTimed && policy.LastResort.Count == 0 ? [PolicyActionKind.Abort] : policy.LastResort,
        };
    }

    /// <summary>The migration as plans know it.</summary>
    public static PlanSubject SubjectOf(FlightState state) => new(
        state.Vm!.Memory, [.. state.DisksToCopy.Select(disk => disk.Capacity ?? Bytes.Zero)], state.Vm.VCpus,
        state.Request.Allow ?? PolicyPermissions.All, state.Request.DowntimeBudget, state.Request.Deadline, state.Options.PostCopy);

    /// <summary>
    /// When the migration is aborted at the latest, which is the time that the agent holds; zero if it never is. As long as the request
    /// says where that is what it asks for; later where the policy has something milder to do at that time.
    /// </summary>
    private static TimeSpan LastAbort(FlightState state)
    {
        var (own, policy) = (state.Policy!.Policy.LastResort, PolicyOf(state));
        var isAsked = IsTimed(state.Request.Limits);
        if (Plan.CompletionTimeout(policy, SubjectOf(state)) is not { } timeout || !(isAsked || own.Contains(PolicyActionKind.Abort)))
            return TimeSpan.Zero;
        return isAsked && policy.LastResort is [PolicyActionKind.Abort, ..]
            ? timeout
            : timeout * (own.Contains(PolicyActionKind.Abort) ? own.Count : own.Count + 1) + AgentMargin;
    }

    private static bool IsTimed(MigrationLimits asked) => asked.CompletionTimeout is not null || asked.CompletionTimeoutPerGiB is not null;

    // Zero stands for never in a request.
    private static TimeSpan? Limit(TimeSpan? asked) => asked > TimeSpan.Zero ? asked : null;

    private static DateTimeOffset ZeroOf(FlightState state) => state.PlanZero ?? state.StartedAt ?? state.PhaseSince;
}
