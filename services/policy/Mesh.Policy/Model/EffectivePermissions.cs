using Mesh.Contracts.Policies;

namespace Mesh.Policy.Model;

/// <summary>What may be done to the machine: what the policy permits, whoever asked allows, and the host has not refused.</summary>
internal static class EffectivePermissions
{
    public static PolicyPermissions ForPlan(PlanState plan)
    {
        var both = plan.Policy.Permits.Intersect(plan.Subject.Allow);
        return both with
        {
            Throttle = both.Throttle && !IsRefused(plan, PolicyActionKind.Throttle),
            PostCopy = both.PostCopy && plan.Subject.IsPostCopyArmed && !IsRefused(plan, PolicyActionKind.PostCopy),
            Suspend = both.Suspend && !IsRefused(plan, PolicyActionKind.Suspend),
        };
    }

    public static bool IsPermitted(PlanState plan, PolicyActionKind kind) => kind switch
    {
        PolicyActionKind.Throttle => ForPlan(plan).Throttle,
        PolicyActionKind.PostCopy => ForPlan(plan).PostCopy,
        PolicyActionKind.Suspend => ForPlan(plan).Suspend,
        _ => true,
    };

    public static bool IsRefused(PlanState plan, PolicyActionKind kind) => plan.Refusals.Contains(kind);
}
