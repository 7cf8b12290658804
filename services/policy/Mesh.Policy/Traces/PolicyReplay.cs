using Mesh.Contracts.Policies;
using Mesh.Policy.Model;

namespace Mesh.Policy.Traces;

/// <summary>Tries a policy on a recorded migration.</summary>
public static class PolicyReplay
{
    /// <summary>
    /// What the policy does, in order. The trace goes on as it was recorded, whatever the policy does; nothing follows an abort or the
    /// change to post-copy. Post-copy counts as armed where the policy arms it and both policy and trace allow it.
    /// </summary>
    public static IReadOnlyList<PlannedAction> Run(MigrationPolicy policy, MigrationTrace trace)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(trace);
        var isArmed = policy.Start.PostCopy && policy.Permits.PostCopy && trace.Subject.Allow.PostCopy;
        var plan = PolicyEngine.CreatePlan(policy, trace.Subject with { IsPostCopyArmed = isArmed });
        var actions = new List<PlannedAction>();
        foreach (var sample in trace.Samples)
        {
            var planned = PolicyEngine.EvaluateSample(plan, sample.Phase, sample.Copy);
            plan = planned.Plan;
            actions.AddRange(planned.Actions);
            if (planned.Actions.Any(action => action.Kind is PolicyActionKind.Abort or PolicyActionKind.PostCopy))
                break;
        }

        return actions;
    }
}
