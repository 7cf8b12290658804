using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Policy;

namespace Mesh.Migrations;

/// <summary>Changes the parameters of a migration, whoever requests it; each change is recorded with who, why and the result.</summary>
internal static class ChangeHandler
{
    private const int ChangesMax = 100;

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

        context.State = context.State with { StartOptions = StartOptions.ApplyOverrides(context.State.OperatorOverrides, context.State.Options) };
        if (context.State.Phase < MigrationPhase.Starting)
            context.State = context.State with { DeferredChanges = [.. context.State.DeferredChanges, change] };
        else
            Send(context, change);
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
    public static void HandleAnswer(TransitionContext context, CommandAnswer answer)
    {
        if (context.State.OutstandingChanges.FirstOrDefault(outstanding => outstanding.Command == answer.CommandId) is not { } outstanding)
            return;
        context.State = context.State with { OutstandingChanges = [.. context.State.OutstandingChanges.Where(other => other != outstanding)] };
        var parameters = answer.Parameters.Count > 0 || answer.Result == CommandResult.Succeeded
            ? answer.Parameters
            : [new ParameterAnswer(MigrationParameter.All, ParameterResult.Refused, AnswerHandler.DescribeFailure(answer))];
        if (FindChange(context.State, outstanding.ChangeId) is { } change)
        {
            Update(context, change with { Answers = [.. change.Answers ?? [], .. parameters] });
            PublishParameters(context, parameters, change);
        }

        RecordRefusals(context, parameters);
        if (outstanding.IsForced && IsRefused(parameters, MigrationParameter.PostCopy))
            Send(context, outstanding.ChangeId, new MigrationParameters { Suspend = true });
    }

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
                MaxDowntime = set.MaxDowntime ?? (requested.MaxDowntime is null ? start.MaxDowntime : null),
                Bandwidth = set.Bandwidth ?? (requested.Bandwidth is null ? start.Bandwidth : null),
                AutoConverge = set.AutoConverge ?? (start.AutoConverge && permits.Throttle && !options.AutoConverge ? true : null),
            },
        };
        if (start.PostCopy && permits.PostCopy && !options.PostCopy)
            RefusePostCopy(context, change, "QEMU enables post-copy only at the start; steps that need it are skipped");
        return change;
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
        var command = context.Send(context.Source, new ChangeParameters { Parameters = parameters, Limits = limits });
        context.State = context.State with { OutstandingChanges = [.. context.State.OutstandingChanges, new OutstandingChange(command, changeId, isForced)] };
        if (context.State.Plan is { } plan)
            context.State = context.State with { Plan = PolicyEngine.RecordParameters(plan, plan.Tuning.With(parameters)) };
    }

    /// <summary>Records in the plan what the source rejected, so that the plan does not try it again.</summary>
    private static void RecordRefusals(TransitionContext context, IReadOnlyList<ParameterAnswer> parameters)
    {
        foreach (var (parameter, kind) in RefusableParameters)
            if (context.State.Plan is { } plan && IsRefused(parameters, parameter))
                context.State = context.State with { Plan = PolicyEngine.RecordRefusal(plan, kind) };
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
