using Mesh.Contracts.Policies;
using Mesh.Policy.Model;

namespace Mesh.Policy.Rules;

/// <summary>One look or wait while it is worked out: the plan so far and what it wants done.</summary>
internal sealed class PolicyEvaluation(PlanState plan, TimeSpan now)
{
    private readonly List<PlannedAction> _actions = [];

    public PlanState Plan { get; set; } = plan;

    /// <summary>Time since the copying began, as exactly as it was told.</summary>
    public TimeSpan Now { get; } = now;

    public bool HasActed => _actions.Count > 0;

    public bool IsSuspended => Plan.Tuning.IsSuspended || Plan.Phase.IsPaused(Plan.Tuning);

    public PolicyDecision ToDecision() => new(Plan, _actions);

    public void Issue(PolicyActionKind kind, string reason) => Issue(new PlannedAction(Now, kind, reason));

    public void IssueMaxDowntime(TimeSpan downtime, string reason) =>
        Issue(new PlannedAction(Now, PolicyActionKind.SetDowntime, reason) { Downtime = downtime });

    /// <summary>Orders an abort because a limit has passed.</summary>
    public void IssueLimitAbort(string reason) => Issue(new PlannedAction(Now, PolicyActionKind.Abort, reason) { IsLimit = true });

    public void Issue(PlannedAction action)
    {
        _actions.Add(action);
        var tuning = Plan.Tuning;
        Plan = action.Kind switch
        {
            PolicyActionKind.SetDowntime =>
                Plan with { PolicyMaxDowntime = action.Downtime, Tuning = tuning with { MaxDowntime = action.Downtime } },
            PolicyActionKind.SetBandwidth => Plan with { Tuning = tuning with { Bandwidth = action.Bandwidth } },
            PolicyActionKind.Throttle => Plan with { Tuning = tuning with { Throttle = action.Throttle } },
            PolicyActionKind.PostCopy => Plan with { Tuning = tuning with { IsPostCopy = true } },
            PolicyActionKind.Suspend => Plan with { SwitchOverAt = TimeRounding.ToMilliseconds(Now), Tuning = tuning with { IsSuspended = true } },
            _ => Plan with { IsOver = true },
        };
    }
}
