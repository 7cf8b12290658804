using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Policy;
using Mesh.Policy.Model;

namespace Mesh.Migrations;

/// <summary>Changes the parameters of a migration, whoever requests it; each change is recorded with who, why and the result.</summary>
internal static class ChangeHandler
{
    private const int ChangesMax = 100;

    // Of one setting that times out on the host.
    private const int TriesMax = 3;

    private static readonly (MigrationParameter Parameter, PolicyActionKind Kind)[] RefusableParameters =
    [
        (MigrationParameter.PostCopy, PolicyActionKind.PostCopy), (MigrationParameter.Suspend, PolicyActionKind.Suspend),
        (MigrationParameter.Throttle, PolicyActionKind.Throttle), (MigrationParameter.MaxDowntime, PolicyActionKind.SetDowntime),
    ];

    /// <summary>Applies an operator's change.</summary>
    public static void Handle(TransitionContext context, ChangeReceived received)
    {
        var change = received.Change;
        if (ChangeRules.Validate(context.State, change, received.Policy) is not null)
            return;
        Record(context, new MigrationChange(change.ChangeId, ChangeOrigin.Operator, change.RequestedBy, change.Reason, Describe(change), context.Now));
        var (set, overrides) = (change.Parameters, context.State.OperatorOverrides);
        context.State = context.State with
        {
            OperatorOverrides = new(
                set.MaxDowntime ?? overrides.MaxDowntime, set.Bandwidth ?? overrides.Bandwidth, set.PostCopyBandwidth ?? overrides.PostCopyBandwidth),
        };
        if (received.Policy is { } policy)
            change = ReplacePolicy(context, change, policy);

        // A running job keeps the options that it started with; what is in force now is what its host answers and reports.
        if (context.State.Phase < MigrationPhase.Starting)
            context.State = context.State with
            {
                StartOptions = StartOptions.ApplyOverrides(context.State.OperatorOverrides, context.State.Options),
                DeferredChanges = [.. context.State.DeferredChanges, change],
            };
        else
            Send(context, change);
    }

    /// <summary>What was requested and is not answered yet; null for nothing.</summary>
    public static MigrationParameters? Pending(MigrationState state)
    {
        var pending = state.DeferredChanges.Select(change => change.Parameters)
            .Concat(state.Outstanding.Select(outstanding => outstanding.Command).OfType<ChangeParameters>().Select(command => command.Parameters))
            .Aggregate(new MigrationParameters(), (all, set) => all.With(set));
        return pending.ListSet().Any() ? pending : null;
    }

    /// <summary>The parameters that a job starts with.</summary>
    public static MigrationParameters FromStart(MigrationOptions options, MigrationLimits limits) => new()
    {
        MaxDowntime = options.MaxDowntime,
        Bandwidth = options.Bandwidth,
        PostCopyBandwidth = options.PostCopyBandwidth,
        AutoConverge = options.AutoConverge,
        Compression = options.Compression.Count > 0,
        StallingLimit = limits.StallingLimit,
    };

    /// <summary>Records a change that the mesh would have made by itself, and why it does not.</summary>
    public static void RecordRefused(TransitionContext context, ChangeOrigin origin, string requestedBy, string reason, MigrationParameters parameters, string problem)
    {
        var id = NextChangeId(context);
        context.State = context.State with { CommandsSent = context.State.CommandsSent + 1, Reason = $"{reason}: {problem}" };
        Record(context, new MigrationChange(id, origin, requestedBy, reason, Describe(parameters), context.Now));
        foreach (var parameter in parameters.ListSet().ToList())
            RecordAnswer(context, id, new ParameterAnswer(parameter, ParameterResult.Refused, problem));
    }

    /// <summary>Sends a change that the mesh makes by itself.</summary>
    public static void SendInternal(TransitionContext context, ChangeOrigin origin, string requestedBy, string reason, MigrationParameters parameters)
    {
        var id = NextChangeId(context);
        Record(context, new MigrationChange(id, origin, requestedBy, reason, Describe(parameters), context.Now));
        Send(context, id, parameters);
    }

    /// <summary>The identity of a change that the mesh makes: that of the command which carries it out.</summary>
    public static string NextChangeId(TransitionContext context) => $"{context.State.Id}.{context.State.Epoch}.{context.State.CommandsSent + 1}";

    /// <summary>Sends the changes that were requested before there was a job.</summary>
    public static void SendDeferred(TransitionContext context)
    {
        var deferred = context.State.DeferredChanges;
        context.State = context.State with { DeferredChanges = [] };
        foreach (var change in deferred)
            Send(context, change);
    }

    /// <summary>Handles the source's answer to a change.</summary>
    public static void HandleAnswer(TransitionContext context, ChangeParameters command, CommandAnswer answer)
    {
        if (context.State.OutstandingChanges.FirstOrDefault(outstanding => outstanding.Command == answer.CommandId) is not { } outstanding)
            return;
        context.State = context.State with { OutstandingChanges = [.. context.State.OutstandingChanges.Where(other => other != outstanding)] };
        var parameters = answer.Parameters.Count > 0 || answer.Result == CommandResult.Succeeded
            ? answer.Parameters
            : [new ParameterAnswer(MigrationParameter.All, answer.Result == CommandResult.Failed ? ParameterResult.Failed : ParameterResult.Refused, AnswerHandler.DescribeFailure(answer))];
        var failed = parameters.Where(parameter => parameter.Result == ParameterResult.Failed).ToList();
        if (failed.Count > 0 && TryAgain(context, outstanding, command, failed))
            parameters = [.. parameters.Except(failed)];
        else
            parameters = [.. parameters.Select(parameter => parameter.Result != ParameterResult.Failed ? parameter : parameter with
            {
                Result = ParameterResult.Refused,
                Explanation = $"{parameter.Explanation} (tried {(outstanding.Tries == 1 ? "once" : $"{outstanding.Tries} times")})",
            })];

        RecordInForce(context, command, answer, parameters);
        if (parameters.Count > 0 && FindChange(context.State, outstanding.ChangeId) is { } change)
        {
            Update(context, change with { Answers = [.. change.Answers ?? [], .. parameters] });
            PublishParameters(context, parameters, change);
        }

        RecordRefusals(context, command, parameters);
        if (outstanding.IsForced && IsRefused(parameters, MigrationParameter.PostCopy))
            SuspendInstead(context, outstanding.ChangeId);
    }

    // The VM runs on the destination once post-copy has begun: there is nothing to suspend on the source.
    private static void SuspendInstead(TransitionContext context, string changeId)
    {
        if (context.State is not { ReachedPostCopy: false, JobEnd: null, AbortRequest: null, Phase: < MigrationPhase.PostCopy })
            return;
        if (PolicyDriver.FindSuspendProblem(context.State, context.Now) is { } problem)
            RecordAnswer(context, changeId, new ParameterAnswer(MigrationParameter.Suspend, ParameterResult.Refused, problem));
        else
            Send(context, changeId, new MigrationParameters { Suspend = true });
    }

    /// <summary>Sends again what timed out on the host: that says nothing about whether it can be set.</summary>
    private static bool TryAgain(TransitionContext context, OutstandingChange outstanding, ChangeParameters command, IReadOnlyList<ParameterAnswer> failed)
    {
        if (outstanding.Tries >= TriesMax || context.State is { JobEnd: not null } or { AbortRequest: not null })
            return false;
        var names = failed.Select(parameter => parameter.Parameter).ToHashSet();
        var isAll = names.Contains(MigrationParameter.All);

        // What another change has set since stays.
        var later = Pending(context.State)?.ListSet().ToHashSet() ?? [];
        if (context.State.Plan is { } plan && plan.Tuning.MaxDowntime != command.Parameters.MaxDowntime)
            later.Add(MigrationParameter.MaxDowntime);
        var parameters = command.Parameters.Only(command.Parameters.ListSet().Where(parameter => (isAll || names.Contains(parameter)) && !later.Contains(parameter)).ToHashSet());
        var limits = isAll || names.Contains(MigrationParameter.Limits) ? command.Limits : null;
        if (limits is null && !parameters.ListSet().Any())
            return false;
        var again = context.Send(context.Source, command with { Parameters = parameters, Limits = limits }, later: true);
        context.State = context.State with { OutstandingChanges = [.. context.State.OutstandingChanges, outstanding with { Command = again, Tries = outstanding.Tries + 1 }] };
        return true;
    }

    private static void RecordInForce(TransitionContext context, ChangeParameters command, CommandAnswer answer, IReadOnlyList<ParameterAnswer> parameters)
    {
        var applied = parameters.Where(parameter => parameter.Result is ParameterResult.Applied or ParameterResult.Emulated).Select(parameter => parameter.Parameter).ToHashSet();
        var set = answer is { Result: CommandResult.Succeeded, Parameters.Count: 0 } ? command.Parameters : command.Parameters.Only(applied);
        context.State = context.State with { ParametersInForce = (context.State.ParametersInForce ?? FromStart(context.State)).With(set) };
    }

    // The start was never answered.
    private static MigrationParameters FromStart(MigrationState state) =>
        FromStart(state.Options with { Bandwidth = state.Options.Bandwidth ?? state.Share }, state.AgentLimits());

    /// <summary>Publishes and records the results for parameters.</summary>
    /// <param name="context">The transition.</param>
    /// <param name="parameters">The results.</param>
    /// <param name="change">The change that set them; null for the start.</param>
    public static void PublishParameters(TransitionContext context, IReadOnlyList<ParameterAnswer> parameters, MigrationChange? change = null)
    {
        var changed = parameters.Select(parameter => parameter.Parameter).ToHashSet();
        context.State = context.State with { Parameters = [.. context.State.Parameters.Where(old => !changed.Contains(old.Parameter)), .. parameters] };
        context.Publish(new MigrationParametersChanged
        {
            Parameters = parameters,
            Origin = change?.Origin,
            RequestedBy = change?.RequestedBy,
            Reason = change is null ? "set at the start" : change.Reason.Length > 0 ? change.Reason : change.Description,
        });
    }

    public static MigrationChange? FindChange(MigrationState state, string changeId) =>
        state.Changes.FirstOrDefault(change => string.Equals(change.ChangeId, changeId, StringComparison.Ordinal));

    /// <summary>What a change asks for, for people; empty if nothing.</summary>
    public static string Describe(ChangeMigration change) => string.Join(", ", new[]
    {
        change.Policy is { } policy ? $"policy {policy}" : "",
        Describe(change.Parameters),
        change.ForceComplete ? "force completion" : "",
    }.Where(part => part.Length > 0));

    private static string Describe(MigrationParameters set)
    {
        List<string> parts = [];
        if (set.MaxDowntime is { } downtime)
            parts.Add($"max downtime {downtime.TotalMilliseconds:0} ms");
        if (set.Bandwidth is { } rate)
            parts.Add($"bandwidth {rate}");
        if (set.PostCopyBandwidth is { } pulled)
            parts.Add($"post-copy bandwidth {pulled}");
        if (set.Throttle is { } throttle)
            parts.Add(throttle.Value == 0 ? "no throttle" : $"throttle {throttle}");
        if (set.AutoConverge is { } autoConverge)
            parts.Add($"auto-converge {OnOrOff(autoConverge)}");
        if (set.Compression is { } compression)
            parts.Add($"compression {OnOrOff(compression)}");
        if (set.StallingLimit is { } stalling)
            parts.Add($"stalling limit {stalling.TotalSeconds:0.#} s");
        if (set.PostCopy is true)
            parts.Add("post-copy");
        if (set.Suspend is true)
            parts.Add("suspend");
        return string.Join(", ", parts);
    }

    /// <summary>Replaces the policy, and returns the change with what the source has to do for it.</summary>
    private static ChangeMigration ReplacePolicy(TransitionContext context, ChangeMigration change, EffectivePolicy policy)
    {
        PolicyDriver.ReplacePolicy(context, policy);
        if (context.State.Phase < MigrationPhase.Starting)
        {
            // Nothing has started yet: the migration starts with the options of the new policy.
            var resolved = StartOptions.Resolve(context.State.Request, policy.Policy);
            if (context.State.MayTransfer && resolved.PostCopy && !context.State.Options.PostCopy)
            {
                resolved = resolved with { PostCopy = false, PostCopyBandwidth = null };
                RefusePostCopy(context, change, "the scheduler has admitted it as a migration without post-copy; steps that need post-copy are skipped");
            }

            context.State = context.State with { StartOptions = resolved };
            return RecordPolicyChange(context, change, "the migration starts with it");
        }

        // What the request or an operator has set stays.
        var (start, permits, options) = (policy.Policy.Start, policy.Policy.Permits, context.State.Options);
        var requested = StartOptions.ApplyOverrides(context.State.OperatorOverrides, context.State.Request.Options);
        var set = change.Parameters;
        change = RecordPolicyChange(context, change, "from the next sample on") with
        {
            Parameters = set with
            {
                MaxDowntime = set.MaxDowntime ?? (requested.MaxDowntime is null ? BoundedDowntime(context.State, policy.Policy) : null),
                Bandwidth = set.Bandwidth ?? (requested.Bandwidth is null ? start.Bandwidth : null),
                AutoConverge = set.AutoConverge ?? (start.AutoConverge && permits.Throttle && !options.AutoConverge ? true : null),
            },
        };
        if (start.PostCopy && permits.PostCopy && !options.PostCopy)
            RefusePostCopy(context, change, "QEMU enables post-copy only at the start; steps that need it are skipped");
        return change;
    }

    // The budget of the new policy holds at once, also where it sets no downtime.
    private static TimeSpan? BoundedDowntime(MigrationState state, MigrationPolicy policy)
    {
        var (budget, current) = (state.Request.DowntimeBudget ?? policy.DowntimeBudget, state.Plan?.Tuning.MaxDowntime);
        var bounded = StartOptions.Bound(policy.Start.MaxDowntime ?? current, budget);
        return bounded == current ? null : bounded;
    }

    private static void RefusePostCopy(TransitionContext context, ChangeMigration change, string reason) =>
        RecordAnswer(context, change.ChangeId, new(MigrationParameter.PostCopy, ParameterResult.Refused, reason));

    private static ChangeMigration RecordPolicyChange(TransitionContext context, ChangeMigration change, string when)
    {
        RecordAnswer(context, change.ChangeId, new(MigrationParameter.Policy, ParameterResult.Applied, $"{context.State.Policy!.Policy.Name}, {when}"));
        return change;
    }

    private static void Send(TransitionContext context, ChangeMigration change)
    {
        var isForced = change.ForceComplete && context.State.Options.PostCopy;
        var parameters = isForced ? change.Parameters with { PostCopy = true }
            : change.ForceComplete ? change.Parameters with { Suspend = true }
            : change.Parameters;
        Send(context, change.ChangeId, parameters, change.Policy is null ? null : context.State.AgentLimits(), isForced);
    }

    private static void Send(
        TransitionContext context, string changeId, MigrationParameters parameters, MigrationLimits? limits = null, bool isForced = false)
    {
        DropSuperseded(context, parameters);
        var command = context.Send(context.Source, new ChangeParameters { Parameters = parameters, Limits = limits });
        context.State = context.State with { OutstandingChanges = [.. context.State.OutstandingChanges, new OutstandingChange(command, changeId, isForced)] };
        if (context.State.Plan is { } plan)
            context.State = context.State with { Plan = PolicyEngine.RecordParameters(plan, plan.Tuning.With(parameters)) };
    }

    // What waits to be tried again must not undo a later change.
    private static void DropSuperseded(TransitionContext context, MigrationParameters parameters)
    {
        var set = parameters.ListSet().ToHashSet();
        foreach (var waiting in context.State.Outstanding.Where(outstanding => outstanding is { SentTimes: 0, Command: ChangeParameters }).ToList())
        {
            var command = (ChangeParameters)waiting.Command;
            var kept = command with { Parameters = command.Parameters.Only(command.Parameters.ListSet().Where(parameter => !set.Contains(parameter)).ToHashSet()) };
            var replaced = command.Parameters.ListSet().Where(set.Contains).ToList();
            if (replaced.Count == 0)
                continue;
            var isEmpty = kept.Limits is null && !kept.Parameters.ListSet().Any();
            var change = context.State.OutstandingChanges.FirstOrDefault(outstanding => outstanding.Command == command.CommandId);
            context.State = context.State with
            {
                Outstanding = [.. context.State.Outstanding.Where(other => other != waiting || !isEmpty).Select(other => other == waiting ? waiting with { Command = kept } : other)],
                OutstandingChanges = isEmpty ? [.. context.State.OutstandingChanges.Where(other => other != change)] : context.State.OutstandingChanges,
            };
            foreach (var parameter in replaced.Where(_ => change is not null))
                RecordAnswer(context, change!.ChangeId, new ParameterAnswer(parameter, ParameterResult.Refused, "replaced by a later change before it could be set"));
        }
    }

    /// <summary>Records in the plan what the source rejected, so that the plan does not try it again.</summary>
    private static void RecordRefusals(TransitionContext context, ChangeParameters command, IReadOnlyList<ParameterAnswer> parameters)
    {
        foreach (var (parameter, kind) in RefusableParameters)
            if (context.State.Plan is { } plan && IsRefused(parameters, parameter))
                context.State = context.State with { Plan = PolicyEngine.RecordRefusal(plan, kind) };
        if (context.State.Plan is { } refused)
            context.State = context.State with { Plan = PolicyEngine.RecordParameters(refused, Revert(context.State, refused.Tuning, command.Parameters, parameters)) };
    }

    // The earlier value holds again, unless another change of it is on its way.
    private static TuningParameters Revert(MigrationState state, TuningParameters tuning, MigrationParameters asked, IReadOnlyList<ParameterAnswer> answers)
    {
        var (inForce, pending) = (state.ParametersInForce ?? new(), Pending(state) ?? new());
        if (asked.MaxDowntime is not null && pending.MaxDowntime is null && IsRefused(answers, MigrationParameter.MaxDowntime))
            tuning = tuning with { MaxDowntime = inForce.MaxDowntime };
        if (asked.Bandwidth is not null && pending.Bandwidth is null && IsRefused(answers, MigrationParameter.Bandwidth))
            tuning = tuning with { Bandwidth = inForce.Bandwidth };
        return asked.Throttle is not null && pending.Throttle is null && IsRefused(answers, MigrationParameter.Throttle)
            ? tuning with { Throttle = inForce.Throttle is { Value: > 0 } held ? held : null }
            : tuning;
    }

    private static bool IsRefused(IReadOnlyList<ParameterAnswer> answers, MigrationParameter parameter) => answers.Any(answer =>
        answer.Result == ParameterResult.Refused && (answer.Parameter == parameter || answer.Parameter is MigrationParameter.All));

    /// <summary>Records and publishes a change.</summary>
    public static void Record(TransitionContext context, MigrationChange change)
    {
        context.State = context.State with { Changes = [.. context.State.Changes.TakeLast(ChangesMax - 1), change] };
        context.Publish(new MigrationChangeRequested
        {
            ChangeId = change.ChangeId,
            Origin = change.Origin,
            RequestedBy = change.RequestedBy,
            Description = change.Description,
            Reason = change.Reason,
        });
    }

    /// <summary>Records and publishes the result for one parameter of a change.</summary>
    public static void RecordAnswer(TransitionContext context, string changeId, ParameterAnswer answer)
    {
        if (FindChange(context.State, changeId) is not { } change)
            return;
        Update(context, change with { Answers = [.. change.Answers ?? [], answer] });
        PublishParameters(context, [answer], change);
    }

    private static void Update(TransitionContext context, MigrationChange changed) => context.State = context.State with
    {
        Changes = [.. context.State.Changes.Select(change => string.Equals(change.ChangeId, changed.ChangeId, StringComparison.Ordinal) ? changed : change)],
    };

    private static string OnOrOff(bool value) => value ? "on" : "off";
}
