using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;
using Mesh.Policy;
using Mesh.Policy.Model;

namespace Mesh.Migrations;

/// <summary>Drives the policy's plan: at every sample, and by timers when no sample arrives.</summary>
internal static class PolicyDriver
{
    /// <summary>Stands for no limit where a limit has to be given.</summary>
    public static readonly BytesPerSecond Unlimited = BytesPerSecond.FromMebibytes(long.MaxValue >> 20);

    /// <summary>The agent enforces the policy's limits by itself, this much later than the mesh, which knows more.</summary>
    private static readonly TimeSpan AgentMargin = TimeSpan.FromSeconds(10);

    private static readonly MigrationPolicy NoPolicy = new() { Name = "none", Description = "The migration follows no policy." };

    /// <summary>The plan at the start of an attempt.</summary>
    public static PlanState CreatePlan(MigrationState state)
    {
        var plan = PolicyEngine.CreatePlan(MergePolicy(state), CreateSubject(state));
        return PolicyEngine.RecordParameters(plan, plan.Tuning with { MaxDowntime = state.Options.MaxDowntime, Bandwidth = state.Options.Bandwidth ?? state.Share });
    }

    /// <summary>The hard limits for the agent: those of the request, and the policy's where the request has none.</summary>
    public static MigrationLimits AgentLimits(this MigrationState state)
    {
        var asked = state.Request.Limits;
        if (state.Policy is null || state.Vm is null)
            return asked;
        var limits = state.Policy.Policy.Limits;
        return asked with
        {
            ProgressTimeout = asked.ProgressTimeout ?? (limits.ProgressTimeout is { } progress ? progress + AgentMargin : TimeSpan.Zero),

            // KubeVirt's measure, where a policy reproduces it: the agent must not abort what the policy lets run. Else the agent's own.
            Progress = asked.Progress ?? (limits.Progress is ProgressMeasure.Remaining ? limits.Progress : null),
            CompletionTimeout = AbortDeadline(state),
            StallingLimit = asked.StallingLimit ?? limits.StallingLimit,
        };
    }

    /// <summary>Evaluates a sample; <see cref="ExecuteActions"/> executes the plan's actions once the sample has been applied.</summary>
    public static void ObserveSample(TransitionContext context, MigrationSample sample)
    {
        if (context.State is not { Plan: { } plan, AbortRequest: null } || !IsCopying(sample))
            return;
        plan = PolicyEngine.RecordParameters(plan, ReadTuning(context.State, plan.Tuning, sample));
        var decision = PolicyEngine.EvaluateSample(plan, sample.Phase, sample.Copy);
        context.State = context.State with
        {
            Plan = decision.Plan,
            CopyStartedAt = context.Now - sample.Copy.Elapsed,
            Forecast = PolicyEngine.Forecast(decision.Plan),
        };
        context.PlannedActions = decision.Actions;
    }

    /// <summary>Evaluates a stall event; it needs no sample.</summary>
    public static void ObserveStall(TransitionContext context, TimeSpan stalledFor)
    {
        if (context.State is not { Plan: { } plan, AbortRequest: null, Phase: MigrationPhase.PreCopy })
            return;
        var decision = PolicyEngine.EvaluateStall(plan, context.Now - CopyStartOf(context.State), stalledFor);
        context.State = context.State with { Plan = decision.Plan };
        context.PlannedActions = decision.Actions;
        ExecuteActions(context);
    }

    /// <summary>Why the VM must not be suspended now; null if it may be.</summary>
    public static string? FindSuspendProblem(MigrationState state, DateTimeOffset now) =>
        state.Plan is { } plan ? PolicyEngine.FindSuspendProblem(plan, now - CopyStartOf(state)) : null;

    /// <summary>Executes the plan's actions.</summary>
    public static void ExecuteActions(TransitionContext context)
    {
        foreach (var action in context.PlannedActions)
            Execute(context, action);
        context.PlannedActions = [];
    }

    /// <summary>When a timer of the plan is due; null if never.</summary>
    public static DateTimeOffset? DueAt(MigrationState state) =>
        state is { Plan: { } plan, JobEnd: null, AbortRequest: null, Phase: MigrationPhase.PreCopy or MigrationPhase.SwitchOver } && PolicyEngine.NextDue(plan) is { } due
            ? CopyStartOf(state) + due + TimeSpan.FromMilliseconds(1)
            : null;

    /// <summary>Evaluates the timers of the plan.</summary>
    public static void EvaluateTimers(TransitionContext context)
    {
        var decision = PolicyEngine.EvaluateTimers(context.State.Plan!, context.Now - CopyStartOf(context.State));
        context.State = context.State with { Plan = decision.Plan };
        context.PlannedActions = decision.Actions;
        ExecuteActions(context);
    }

    /// <summary>Follows another policy from the next sample on.</summary>
    public static void ReplacePolicy(TransitionContext context, EffectivePolicy policy)
    {
        context.State = context.State with { Policy = policy };
        if (context.State.Plan is { } plan)
            context.State = context.State with { Plan = PolicyEngine.ReplacePolicy(plan, MergePolicy(context.State)) };
    }

    private static void Execute(TransitionContext context, PlannedAction action)
    {
        if (context.State.AbortRequest is not null)
            return;
        var policy = context.State.Policy?.Policy.Name ?? "";
        if (action.Kind is PolicyActionKind.Abort)
        {
            var reason = $"{ChangeOrigin.Policy.Describe(policy)}: {action.Reason}";
            AbortHandler.Handle(context, new AbortRequest(action.IsLimit ? AbortCause.Limit : AbortCause.Policy, reason));
            return;
        }

        // Without a limit of its own the policy gives the migration its share of the link.
        var parameters = action is { Kind: PolicyActionKind.SetBandwidth, Parameters.Bandwidth: null }
            ? action.Parameters with { Bandwidth = context.State.Share ?? Unlimited }
            : action.Parameters;
        ChangeHandler.SendInternal(context, ChangeOrigin.Policy, policy, action.Reason, parameters);
    }

    // What the host reports holds, except while a change of it has been sent and is not answered.
    private static TuningParameters ReadTuning(MigrationState state, TuningParameters tuning, MigrationSample sample)
    {
        var isDefault = tuning.MaxDowntime is null && sample.DowntimeLimit == QemuLimits.DefaultMaxDowntime;
        return sample.DowntimeLimit is { } limit && !isDefault && ChangeHandler.Pending(state) is not { MaxDowntime: not null } ? tuning with { MaxDowntime = limit } : tuning;
    }

    /// <summary>Whether a sample is from the copy itself, and not from before or after it.</summary>
    public static bool IsCopying(MigrationSample sample) => sample.Phase is not (JobPhase.Setup or JobPhase.Completed);

    /// <summary>The policy, with the request's own limits instead of the policy's.</summary>
    private static MigrationPolicy MergePolicy(MigrationState state)
    {
        var (policy, asked) = (state.Policy?.Policy ?? NoPolicy, state.Request.Limits);
        var isTimed = HasCompletionTimeout(asked);
        var limits = policy.Limits with
        {
            ProgressTimeout = asked.ProgressTimeout is { } progress ? NullIfZero(progress) : policy.Limits.ProgressTimeout,
            Progress = asked.Progress ?? policy.Limits.Progress,
        };
        return policy with
        {
            Limits = isTimed
                ? limits with
                {
                    CompletionTimeout = NullIfZero(asked.CompletionTimeout),
                    CompletionTimeoutPerGiB = asked.CompletionTimeout is null ? NullIfZero(asked.CompletionTimeoutPerGiB) : null,
                }
                : limits,
            LastResort = isTimed && policy.LastResort.Count == 0 ? [PolicyActionKind.Abort] : policy.LastResort,
        };
    }

    /// <summary>The subject of the migration's plan.</summary>
    public static PlanSubject CreateSubject(MigrationState state) => new(
        state.Vm!.Memory, [.. state.DisksToCopy.Select(disk => disk.Capacity ?? Bytes.Zero)], state.Vm.VCpus,
        state.Request.Allow ?? PolicyPermissions.All, state.Request.DowntimeBudget, state.Request.Deadline, state.Options.PostCopy);

    /// <summary>
    /// When the migration is aborted at the latest, which the agent enforces; zero for never. If the request has a completion timeout it is
    /// that, or later if the policy first tries something milder at that time.
    /// </summary>
    private static TimeSpan AbortDeadline(MigrationState state)
    {
        var (own, policy) = (state.Policy!.Policy.LastResort, MergePolicy(state));
        var isAsked = HasCompletionTimeout(state.Request.Limits);
        if (PolicyEngine.CompletionTimeout(policy, CreateSubject(state)) is not { } timeout || !(isAsked || own.Contains(PolicyActionKind.Abort)))
            return TimeSpan.Zero;
        return isAsked && policy.LastResort is [PolicyActionKind.Abort, ..]
            ? timeout
            : timeout * (own.Contains(PolicyActionKind.Abort) ? own.Count : own.Count + 1) + AgentMargin;
    }

    private static bool HasCompletionTimeout(MigrationLimits asked) => asked.CompletionTimeout is not null || asked.CompletionTimeoutPerGiB is not null;

    // Zero means never in a request.
    private static TimeSpan? NullIfZero(TimeSpan? asked) => asked > TimeSpan.Zero ? asked : null;

    private static DateTimeOffset CopyStartOf(MigrationState state) => state.CopyStartedAt ?? state.StartedAt ?? state.PhaseSince;
}
