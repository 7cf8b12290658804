using Mesh.Contracts.Policies;

namespace Mesh.Policy;

/// <summary>What may be done to the machine: what the policy permits, whoever asked allows, and the host has not refused.</summary>
internal static class Permissions
{
    public static PolicyPermissions Of(PlanState plan)
    {
        var both = plan.Policy.Permits.And(plan.Subject.Allow);
        return both with
        {
            Throttle = both.Throttle && !IsRefused(plan, PolicyActionKind.Throttle),
            PostCopy = both.PostCopy && plan.Subject.IsPostCopyArmed && !IsRefused(plan, PolicyActionKind.PostCopy),
            Pause = both.Pause && !IsRefused(plan, PolicyActionKind.Suspend),
        };
    }

    public static bool Permit(PlanState plan, PolicyActionKind kind) => kind switch
    {
        PolicyActionKind.Throttle => Of(plan).Throttle,
        PolicyActionKind.PostCopy => Of(plan).PostCopy,
        PolicyActionKind.Suspend => Of(plan).Pause,
        _ => true,
    };

    public static bool IsRefused(PlanState plan, PolicyActionKind kind) => plan.Refusals.Contains(kind);
}
