using Mesh.Contracts.Policies;

namespace Mesh.Policy.Rules;

/// <summary>One look or wait while it is worked out: the plan so far and what it wants done.</summary>
internal sealed class Turn(PlanState plan, TimeSpan now)
{
    private readonly List<PlannedAction> _actions = [];

    public PlanState Plan { get; set; } = plan;

    /// <summary>Time since the copying began, as exactly as it was told.</summary>
    public TimeSpan Now { get; } = now;

    public bool HasActed => _actions.Count > 0;

    public bool IsSuspended => Plan.Knobs.IsSuspended || Plan.Status is PlanStatus.Paused;

    public Planned Done() => new(Plan, _actions);

    public void Order(PolicyActionKind kind, string reason) => Order(new PlannedAction(Now, kind, reason));

    public void OrderDowntime(TimeSpan downtime, string reason) =>
        Order(new PlannedAction(Now, PolicyActionKind.SetDowntime, reason) { Downtime = downtime });

    /// <summary>Orders an abort because a limit has passed.</summary>
    public void OrderEnd(string reason) => Order(new PlannedAction(Now, PolicyActionKind.Abort, reason) { IsLimit = true });

    public void Order(PlannedAction action)
    {
        _actions.Add(action);
        var knobs = Plan.Knobs;
        Plan = action.Kind switch
        {
            PolicyActionKind.SetDowntime =>
                Plan with { OrderedDowntime = action.Downtime, Knobs = knobs with { Downtime = action.Downtime } },
            PolicyActionKind.SetBandwidth => Plan with { Knobs = knobs with { Bandwidth = action.Bandwidth } },
            PolicyActionKind.Throttle => Plan with { Knobs = knobs with { Throttle = action.Throttle } },
            PolicyActionKind.PostCopy => Plan with { Knobs = knobs with { IsPostCopy = true } },
            PolicyActionKind.Suspend => Plan with { SwitchOverAt = Moment.Of(Now), Knobs = knobs with { IsSuspended = true } },
            _ => Plan with { IsOver = true },
        };
    }
}
