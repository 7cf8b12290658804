using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Policy.Model;

/// <summary>An action of a plan.</summary>
/// <param name="At">Time since the copy began.</param>
/// <param name="Kind">What is done.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record PlannedAction(TimeSpan At, PolicyActionKind Kind, string Reason)
{
    /// <summary>The parameters to set; none for an abort. <see cref="PolicyActionKind.SetBandwidth"/> without a bandwidth removes the limit.</summary>
    public MigrationParameters Parameters { get; init; } = new();

    /// <summary>Whether this aborts the migration because a limit of the policy has passed, and not because a step says so.</summary>
    public bool IsLimit { get; init; }

    internal static PlannedAction SetMaxDowntime(TimeSpan at, TimeSpan downtime, string reason) =>
        new(at, PolicyActionKind.SetDowntime, reason) { Parameters = new() { MaxDowntime = downtime } };

    internal static PlannedAction SetBandwidth(TimeSpan at, BytesPerSecond? bandwidth, string reason) =>
        new(at, PolicyActionKind.SetBandwidth, reason) { Parameters = new() { Bandwidth = bandwidth } };

    internal static PlannedAction SetThrottle(TimeSpan at, Percent? throttle, string reason) =>
        new(at, PolicyActionKind.Throttle, reason) { Parameters = new() { Throttle = throttle } };

    internal static PlannedAction StartPostCopy(TimeSpan at, string reason) =>
        new(at, PolicyActionKind.PostCopy, reason) { Parameters = new() { PostCopy = true } };

    internal static PlannedAction Suspend(TimeSpan at, string reason) =>
        new(at, PolicyActionKind.Suspend, reason) { Parameters = new() { Suspend = true } };

    internal static PlannedAction Abort(TimeSpan at, string reason, bool isLimit = false) => new(at, PolicyActionKind.Abort, reason) { IsLimit = isLimit };
}

/// <summary>A plan after an evaluation, and its actions.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Actions">The actions, in order; usually none.</param>
public sealed record PolicyDecision(PlanState Plan, IReadOnlyList<PlannedAction> Actions);
