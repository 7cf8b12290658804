using Mesh.Contracts.Policies;

namespace Mesh.Policy.Traces;

/// <summary>Tries a policy on a recorded migration.</summary>
public static class Replay
{
    /// <summary>
    /// What the policy does, in order. The trace goes on as it was recorded, whatever the policy does; nothing follows an abort or the
    /// change to post-copy. Post-copy counts as armed where the policy arms it and both policy and trace allow it.
    /// </summary>
    public static IReadOnlyList<PlannedAction> Run(MigrationPolicy policy, Trace trace)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(trace);
        var isArmed = policy.Start.PostCopy && policy.Permits.PostCopy && trace.Subject.Allow.PostCopy;
        var plan = Plan.Begin(policy, trace.Subject with { IsPostCopyArmed = isArmed });
        var actions = new List<PlannedAction>();
        foreach (var sample in trace.Samples)
        {
            var planned = Plan.Look(plan, sample);
            plan = planned.Plan;
            actions.AddRange(planned.Actions);
            if (planned.Actions.Any(action => action.Kind is PolicyActionKind.Abort or PolicyActionKind.PostCopy))
                break;
        }

        return actions;
    }
}
