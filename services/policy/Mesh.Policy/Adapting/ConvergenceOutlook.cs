using Mesh.Contracts.Policies;
using Mesh.Policy.Estimating;
using Mesh.Policy.Model;

namespace Mesh.Policy.Adapting;

/// <summary>A look as the adaptive rule judges it: where the migration is, what the machine does, and what it may cost.</summary>
internal sealed record ConvergenceOutlook
{
    // How far from the best moment of late a moment may be and still be a good one; twice as far after each so long a wait.
    private const double TroughMargin = 1.10;
    private const double PatienceSeconds = 20;

    private const double ClearlyBelow = 0.6;

    public required PlanState Plan { get; init; }

    public required AdaptiveRule Rule { get; init; }

    /// <summary>Time since the copying began.</summary>
    public required TimeSpan At { get; init; }

    /// <summary>The migration as it goes on with its present parameters.</summary>
    public required PredictionInput Input { get; init; }

    /// <summary>How the machine may write.</summary>
    public required WorkingSetRange WorkingSets { get; init; }

    /// <summary>How it is believed to write.</summary>
    public required WorkingSet AssumedWorkingSet { get; init; }

    /// <summary>The downtime budget, in seconds.</summary>
    public required double Budget { get; init; }

    /// <summary>How much time is left until it must be over, in seconds.</summary>
    public required double TimeLeft { get; init; }

    public PolicyPermissions Permits => EffectivePermissions.ForPlan(Plan);

    /// <summary>Whether every pass finds clearly less written anew than the one before.</summary>
    public bool IsShrinking => PlanAnalysis.IsShrinking(Plan.Estimator);

    /// <summary>
    /// Whether QEMU has sent on since a time although so little remained that the limit lets it switch over: then the limit is not in
    /// force, as in a trace of another policy, and nothing is to be learnt from it.
    /// </summary>
    public bool IsLimitIgnored(TimeSpan? since) => Plan.Estimator.LowPoints
        .Any(low => !(low.At <= since) && low.Remaining.Count < ClearlyBelow * Input.MaxDowntime * Input.Rate);

    /// <summary>What a switch-over now would have to send, in seconds.</summary>
    public double Pending => PlanAnalysis.PendingBytes(Input, AssumedWorkingSet) / Input.Rate;

    /// <summary>The least that any pass of the last 45 s began with, in seconds; null if none began.</summary>
    public double? Trough => Plan.Estimator.LowPassStarts is [var low, ..] ? low.Remaining.Count / Input.Rate : null;

    /// <summary>How long something has been called for that needs a good moment.</summary>
    public TimeSpan Waited { get; init; }

    /// <summary>Whether this is a good moment to take the machine off the source: hardly more is pending than at the best one of late.</summary>
    public bool IsTrough => Pending <= TroughMargin * Math.Pow(2, Waited.TotalSeconds / PatienceSeconds) * (Trough ?? double.MaxValue);

    /// <summary>The look; null before enough has been seen to act on.</summary>
    public static ConvergenceOutlook? FromPlan(PlanState plan, AdaptiveRule rule, TimeSpan at)
    {
        if (plan.Estimator is not { WorkingSet: { } set } seen || seen.PassCount < rule.MinPasses || PlanAnalysis.CreateInput(plan) is not { } input
            || PlanAnalysis.AssumedWorkingSet(plan, input) is not { } believed)
            return null;
        var deadline = Policy.PolicyEngine.CompletionTimeout(plan.Policy, plan.Subject);
        return new ConvergenceOutlook
        {
            Plan = plan,
            Rule = rule,
            At = at,
            Input = input,
            WorkingSets = set,
            AssumedWorkingSet = believed,
            Budget = PlanAnalysis.DowntimeBudget(plan).TotalSeconds,
            TimeLeft = deadline is { } end ? (end - at).TotalSeconds : double.MaxValue,
        };
    }

    /// <summary>What comes of another downtime limit.</summary>
    public PreCopyPrediction PredictWithLimit(double limit, WorkingSet set) => PreCopyModel.Predict(Input with { MaxDowntime = limit }, set);

    /// <summary>Whether something ends in time.</summary>
    public bool IsInTime(PreCopyPrediction prediction) => prediction.Converges && prediction.Seconds <= TimeLeft;
}
