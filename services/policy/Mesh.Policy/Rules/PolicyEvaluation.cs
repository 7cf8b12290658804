using Mesh.Contracts.Policies;
using Mesh.Policy.Model;

namespace Mesh.Policy.Rules;

/// <summary>One evaluation of a policy: the plan so far and the actions issued.</summary>
internal sealed class PolicyEvaluation(PlanState plan, TimeSpan now)
{
    private readonly List<PlannedAction> _actions = [];

    public PlanState Plan { get; set; } = plan;

    /// <summary>Time since the copy began, not rounded.</summary>
    public TimeSpan Now { get; } = now;

    public bool HasActed => _actions.Count > 0;

    public bool IsSuspended => Plan.Tuning.IsSuspended || Plan.Phase.IsPaused(Plan.Tuning);

    public PolicyDecision ToDecision() => new(Plan, _actions);

    public void IssueMaxDowntime(TimeSpan downtime, string reason) => Issue(PlannedAction.SetMaxDowntime(Now, downtime, reason));

    /// <summary>Aborts because a limit has passed.</summary>
    public void IssueLimitAbort(string reason) => Issue(PlannedAction.Abort(Now, reason, isLimit: true));

    /// <summary>Issues an action that needs no value.</summary>
    public void Issue(PolicyActionKind kind, string reason) => Issue(kind switch
    {
        PolicyActionKind.PostCopy => PlannedAction.StartPostCopy(Now, reason),
        PolicyActionKind.Suspend => PlannedAction.Suspend(Now, reason),
        PolicyActionKind.Abort => PlannedAction.Abort(Now, reason),
        _ => new PlannedAction(Now, kind, reason),
    });

    public void Issue(PlannedAction action)
    {
        _actions.Add(action);
        var tuning = Plan.Tuning.With(action.Parameters);
        Plan = action.Kind switch
        {
            PolicyActionKind.SetDowntime => Plan with { PolicyMaxDowntime = action.Parameters.MaxDowntime, Tuning = tuning },
            PolicyActionKind.SetBandwidth => Plan with { Tuning = tuning with { Bandwidth = action.Parameters.Bandwidth } },
            PolicyActionKind.Suspend => Plan with { SwitchOverAt = TimeRounding.ToMilliseconds(Now), Tuning = tuning },
            PolicyActionKind.Abort => Plan with { IsOver = true },
            _ => Plan with { Tuning = tuning },
        };
    }
}
