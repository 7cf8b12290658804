using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Policy;
using Mesh.Policy.Model;

namespace Mesh.Migrations;

/// <summary>How parameters of a flight are changed, by whomever; each change is recorded with who, why and what became of it.</summary>
internal static class ChangeHandler
{
    private const int ChangesKeptMax = 100;

    private static readonly (string Parameter, PolicyActionKind Kind)[] RefusableParameters =
    [
        ("postCopy", PolicyActionKind.PostCopy), ("suspend", PolicyActionKind.Suspend), ("throttle", PolicyActionKind.Throttle),
        ("maxDowntime", PolicyActionKind.SetDowntime),
    ];

    /// <summary>Takes a person's or a program's change.</summary>
    public static void Handle(TransitionContext context, ChangeReceived received)
    {
        var change = received.Change;
        if (ChangeRules.Validate(context.State, change, received.Policy) is not null)
            return;
        Record(context, new MigrationChange(change.ChangeId, change.RequestedBy, change.Reason, Describe(change), context.Now));
        var overrides = context.State.OperatorOverrides;
        context.State = context.State with
        {
            OperatorOverrides = new(change.MaxDowntime ?? overrides.MaxDowntime, change.Bandwidth ?? overrides.Bandwidth, change.PostCopyBandwidth ?? overrides.PostCopyBandwidth),
        };
        if (received.Policy is { } policy)
            change = ReplacePolicy(context, change, policy);

        context.State = context.State with { StartOptions = StartOptions.ApplyOverrides(context.State.OperatorOverrides, context.State.Options) };
        if (context.State.Phase < MigrationPhase.Starting)
            context.State = context.State with { DeferredChanges = [.. context.State.DeferredChanges, change] };
        else
            Send(context, change);
    }

    /// <summary>Gives a change of the flight's own: its policy's, or its request's.</summary>
    public static void SendInternal(TransitionContext context, string by, string why, ChangeMigration change)
    {
        var id = NextChangeId(context);
        Record(context, new MigrationChange(id, by, why, Describe(change), context.Now));
        Send(context, change with { ChangeId = id });
    }

    /// <summary>The identity of a change of the flight's own: that of the command which carries it out.</summary>
    public static string NextChangeId(TransitionContext context) => $"{context.State.Id}.{context.State.Epoch}.{context.State.CommandsSent + 1}";

    /// <summary>Gives what was asked for before there was a job.</summary>
    public static void SendDeferred(TransitionContext context)
    {
        var waiting = context.State.DeferredChanges;
        context.State = context.State with { DeferredChanges = [] };
        foreach (var change in waiting)
            Send(context, change);
    }

    /// <summary>Takes what the source says became of a change.</summary>
    public static void HandleAnswer(TransitionContext context, CommandAnswer answer)
    {
        if (context.State.OutstandingChanges.FirstOrDefault(outstanding => outstanding.Command == answer.CommandId) is not { } outstanding)
            return;
        context.State = context.State with { OutstandingChanges = [.. context.State.OutstandingChanges.Where(other => other != outstanding)] };
        var parameters = answer.Parameters.Count > 0 || answer.Result == CommandResult.Succeeded
            ? answer.Parameters
            : [new ParameterAnswer("all", ParameterResult.Refused, AnswerHandler.DescribeFailure(answer))];
        if (FindChange(context.State, outstanding.ChangeId) is { } change)
        {
            Update(context, change with { Answers = [.. change.Answers ?? [], .. parameters] });
            PublishParameters(context, parameters, change.RequestedBy, change.Reason.Length > 0 ? change.Reason : change.Description);
        }

        RecordRefusals(context, parameters);
        if (outstanding.IsForced && IsRefused(parameters, "postCopy"))
            Send(context, new ChangeMigration { Id = context.State.Id, ChangeId = outstanding.ChangeId, RequestedBy = "", Suspend = true });
    }

    /// <summary>Tells what became of parameters, and keeps it for whoever asks later.</summary>
    public static void PublishParameters(TransitionContext context, IReadOnlyList<ParameterAnswer> parameters, string? by, string reason)
    {
        var changed = parameters.Select(parameter => parameter.Parameter).ToHashSet(StringComparer.Ordinal);
        context.State = context.State with { Parameters = [.. context.State.Parameters.Where(old => !changed.Contains(old.Parameter)), .. parameters] };
        context.Publish(new MigrationParametersChanged
        {
            MigrationId = context.State.Id,
            VmName = context.State.VmName(),
            Source = context.State.Source,
            Destination = context.State.Destination,
            At = context.Now,
            Parameters = parameters,
            RequestedBy = by,
            Reason = reason,
        });
    }

    public static MigrationChange? FindChange(MigrationState state, string changeId) =>
        state.Changes.FirstOrDefault(change => string.Equals(change.ChangeId, changeId, StringComparison.Ordinal));

    /// <summary>What a change asks for, in words; empty if nothing.</summary>
    public static string Describe(ChangeMigration change)
    {
        List<string> parts = [];
        if (change.Policy is { } policy)
            parts.Add($"policy {policy}");
        if (change.MaxDowntime is { } downtime)
            parts.Add($"max downtime {downtime.TotalMilliseconds:0} ms");
        if (change.Bandwidth is { } rate)
            parts.Add($"bandwidth {rate}");
        if (change.PostCopyBandwidth is { } pulled)
            parts.Add($"post-copy bandwidth {pulled}");
        if (change.Throttle is { } throttle)
            parts.Add(throttle.Value == 0 ? "no throttle" : $"throttle {throttle}");
        if (change.AutoConverge is { } autoConverge)
            parts.Add($"auto-converge {OnOrOff(autoConverge)}");
        if (change.Compression is { } compression)
            parts.Add($"compression {OnOrOff(compression)}");
        if (change.StallingLimit is { } stalling)
            parts.Add($"stalling limit {stalling.TotalSeconds:0.#} s");
        if (change.PostCopy is true)
            parts.Add("post-copy");
        if (change.Suspend is true)
            parts.Add("suspend");
        if (change.ForceComplete)
            parts.Add("force the completion");
        return string.Join(", ", parts);
    }

    /// <summary>Follows the other policy, and leaves of the change what the source has to do for it.</summary>
    private static ChangeMigration ReplacePolicy(TransitionContext context, ChangeMigration change, EffectivePolicy policy)
    {
        PolicyDriver.ReplacePolicy(context, policy);
        if (context.State.Phase < MigrationPhase.Starting)
        {
            // Nothing is armed yet: the migration begins as the other policy says.
            var begins = StartOptions.Resolve(context.State.Request, policy.Policy);
            if (context.State.MayTransfer && begins.PostCopy && !context.State.Options.PostCopy)
            {
                begins = begins with { PostCopy = false, PostCopyBandwidth = null };
                RecordAnswer(context, change.ChangeId, new("postCopy", ParameterResult.Refused, "the scheduler has let it copy as one that cannot change over; steps that need it are passed over"));
            }

            context.State = context.State with { StartOptions = begins };
            return RecordPolicyChange(context, change, "the migration begins with it");
        }

        // What the request or a person has set stays.
        var (start, permits, options) = (policy.Policy.Start, policy.Policy.Permits, context.State.Options);
        var asked = StartOptions.ApplyOverrides(context.State.OperatorOverrides, context.State.Request.Options);
        change = RecordPolicyChange(context, change, "from the next sample on") with
        {
            MaxDowntime = change.MaxDowntime ?? (asked.MaxDowntime is null ? start.MaxDowntime : null),
            Bandwidth = change.Bandwidth ?? (asked.Bandwidth is null ? start.Bandwidth : null),
            AutoConverge = change.AutoConverge ?? (start.AutoConverge && permits.Throttle && !options.AutoConverge ? true : null),
        };
        if (start.PostCopy && permits.PostCopy && !options.PostCopy)
            RecordAnswer(context, change.ChangeId, new("postCopy", ParameterResult.Refused, "QEMU arms it only at the start; steps that need it are passed over"));
        return change;
    }

    private static ChangeMigration RecordPolicyChange(TransitionContext context, ChangeMigration change, string when)
    {
        RecordAnswer(context, change.ChangeId, new("policy", ParameterResult.Applied, $"{context.State.Policy!.Policy.Name}, {when}"));
        return change;
    }

    private static void Send(TransitionContext context, ChangeMigration change)
    {
        var isForced = change.ForceComplete && context.State.Options.PostCopy;
        var parameters = new ChangeParameters
        {
            CommandId = default,
            MigrationId = context.State.Id,
            Epoch = context.State.Epoch,
            VmId = context.State.Vm!.Id,
            MaxDowntime = change.MaxDowntime,
            Bandwidth = change.Bandwidth,
            PostCopyBandwidth = change.PostCopyBandwidth,
            PostCopy = isForced ? true : change.PostCopy,
            Suspend = change.ForceComplete && !isForced ? true : change.Suspend,
            Compression = change.Compression,
            AutoConverge = change.AutoConverge,
            Throttle = change.Throttle,
            StallingLimit = change.StallingLimit,
            Limits = change.Policy is null ? null : context.State.AgentLimits(),
        };
        context.Send(context.Source, head => parameters with { CommandId = head.CommandId, TraceParent = head.TraceParent });
        var command = context.State.Outstanding[^1].Command.CommandId;
        context.State = context.State with { OutstandingChanges = [.. context.State.OutstandingChanges, new OutstandingChange(command, change.ChangeId, isForced)] };
        if (context.State.Plan is { } plan)
            context.State = context.State with { Plan = PolicyEngine.RecordParameters(plan, ApplyChange(plan.Tuning, parameters)) };
    }

    /// <summary>What the source refused is not asked for again by the plan.</summary>
    private static void RecordRefusals(TransitionContext context, IReadOnlyList<ParameterAnswer> parameters)
    {
        foreach (var (name, kind) in RefusableParameters)
            if (context.State.Plan is { } plan && IsRefused(parameters, name))
                context.State = context.State with { Plan = PolicyEngine.RecordRefusal(plan, kind) };
    }

    private static TuningParameters ApplyChange(TuningParameters tuning, ChangeParameters change) => tuning with
    {
        MaxDowntime = change.MaxDowntime ?? tuning.MaxDowntime,
        Bandwidth = change.Bandwidth ?? tuning.Bandwidth,
        Throttle = change.Throttle is { } throttle ? throttle.Value == 0 ? null : throttle : tuning.Throttle,
        IsSuspended = tuning.IsSuspended || change.Suspend is true,
        IsPostCopy = tuning.IsPostCopy || change.PostCopy is true,
    };

    private static bool IsRefused(IReadOnlyList<ParameterAnswer> parameters, string name) => parameters.Any(parameter =>
        parameter.Result == ParameterResult.Refused && (parameter.Parameter.Equals(name, StringComparison.Ordinal) || parameter.Parameter.Equals("all", StringComparison.Ordinal)));

    /// <summary>Keeps a change, and tells of it.</summary>
    public static void Record(TransitionContext context, MigrationChange change)
    {
        context.State = context.State with { Changes = [.. context.State.Changes.TakeLast(ChangesKeptMax - 1), change] };
        context.Publish(new MigrationChangeRequested
        {
            MigrationId = context.State.Id,
            VmName = context.State.VmName(),
            Source = context.State.Source,
            Destination = context.State.Destination,
            At = context.Now,
            ChangeId = change.ChangeId,
            RequestedBy = change.RequestedBy,
            Description = change.Description,
            Reason = change.Reason,
        });
    }

    /// <summary>Keeps what became of a part of a change, and tells of it.</summary>
    public static void RecordAnswer(TransitionContext context, string changeId, ParameterAnswer answer)
    {
        if (FindChange(context.State, changeId) is not { } change)
            return;
        Update(context, change with { Answers = [.. change.Answers ?? [], answer] });
        PublishParameters(context, [answer], change.RequestedBy, change.Reason.Length > 0 ? change.Reason : change.Description);
    }

    private static void Update(TransitionContext context, MigrationChange changed) => context.State = context.State with
    {
        Changes = [.. context.State.Changes.Select(change => string.Equals(change.ChangeId, changed.ChangeId, StringComparison.Ordinal) ? changed : change)],
    };

    private static string OnOrOff(bool value) => value ? "on" : "off";
}
