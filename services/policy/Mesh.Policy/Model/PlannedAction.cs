using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Policy.Model;

/// <summary>Something that a plan wants done now.</summary>
/// <param name="At">Time since the copying began.</param>
/// <param name="Kind">What.</param>
/// <param name="Reason">Why, in words and numbers.</param>
public sealed record PlannedAction(TimeSpan At, PolicyActionKind Kind, string Reason)
{
    /// <summary>The downtime limit to set; null unless that is what is done.</summary>
    public TimeSpan? Downtime { get; init; }

    /// <summary>The limit of pre-copy's data rate to set; null for another action, or for no limit.</summary>
    public BytesPerSecond? Bandwidth { get; init; }

    /// <summary>How much to slow the processors down; null unless that is what is done.</summary>
    public Percent? Throttle { get; init; }

    /// <summary>Whether this ends the migration because a limit of the policy passed, and not because a step says so.</summary>
    public bool IsLimit { get; init; }
}

/// <summary>A plan after a look, and what it wants done.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Actions">The actions, in order; mostly none.</param>
public sealed record PolicyDecision(PlanState Plan, IReadOnlyList<PlannedAction> Actions);
