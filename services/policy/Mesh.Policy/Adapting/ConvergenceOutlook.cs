using Mesh.Contracts.Policies;
using Mesh.Policy.Estimating;
using Mesh.Policy.Model;
using Mesh.Policy.Rules;

namespace Mesh.Policy.Adapting;

/// <summary>What the adaptive policy decides by at one sample: where the migration is, how the guest writes, and what the migration may cost.</summary>
internal sealed record ConvergenceOutlook
{
    // How far above the recent minimum the pending data may be at a good moment. The margin doubles after each such wait.
    private const double TroughMargin = 1.10;
    private const double PatienceSeconds = 20;

    private const double ClearlyBelow = 0.6;

    public required PlanState Plan { get; init; }

    public required AdaptiveRule Rule { get; init; }

    /// <summary>Time since the copy began.</summary>
    public required TimeSpan At { get; init; }

    /// <summary>The migration with its current parameters.</summary>
    public required PredictionInput Input { get; init; }

    /// <summary>The working sets that fit what was observed.</summary>
    public required WorkingSetRange WorkingSets { get; init; }

    /// <summary>The working set that predictions assume.</summary>
    public required WorkingSet AssumedWorkingSet { get; init; }

    /// <summary>The downtime budget, in seconds.</summary>
    public required double Budget { get; init; }

    /// <summary>Time left until the deadline, in seconds.</summary>
    public required double TimeLeft { get; init; }

    public PolicyPermissions Permits => EffectivePermissions.ForPlan(Plan);

    /// <summary>Whether each pass leaves clearly less dirty memory than the one before.</summary>
    public bool IsShrinking => PlanAnalysis.IsShrinking(Plan.Estimator);

    /// <summary>
    /// Whether QEMU has gone on copying since a time although the maximum downtime allowed it to switch over. Then the limit is not in
    /// force, as in a trace recorded under another policy, and says nothing about convergence.
    /// </summary>
    public bool IsLimitIgnored(TimeSpan? since) => Plan.Estimator.LowPoints
        .Any(low => !(low.At <= since) && low.Remaining.Count < ClearlyBelow * Input.MaxDowntime * Input.Rate);

    /// <summary>How long the data takes that a switchover now would have to send, in seconds.</summary>
    public double Pending => PlanAnalysis.PendingBytes(Input, AssumedWorkingSet) / Input.Rate;

    /// <summary>The minimum of what passes of the last 45 s began with, in seconds of transfer; null if none began.</summary>
    public double? Trough => Plan.Estimator.LowPassStarts is [var low, ..] ? low.Remaining.Count / Input.Rate : null;

    /// <summary>How long an action has been needed that waits for a good moment.</summary>
    public TimeSpan Waited { get; init; }

    /// <summary>Whether this is a good moment to stop the VM on the source: little more is pending than at the recent minimum.</summary>
    public bool IsTrough => Pending <= TroughMargin * Math.Pow(2, Waited.TotalSeconds / PatienceSeconds) * (Trough ?? double.MaxValue);

    /// <summary>The outlook; null before enough has been observed to act on.</summary>
    public static ConvergenceOutlook? FromPlan(PlanState plan, AdaptiveRule rule, TimeSpan at)
    {
        if (plan.Estimator is not { WorkingSet: { } set } state || state.PassCount < rule.MinPasses || PlanAnalysis.CreateInput(plan) is not { } input
            || PlanAnalysis.AssumedWorkingSet(plan, input) is not { } assumed)
            return null;
        var deadline = LimitChecks.CompletionTimeout(plan);
        return new ConvergenceOutlook
        {
            Plan = plan,
            Rule = rule,
            At = at,
            Input = input,
            WorkingSets = set,
            AssumedWorkingSet = assumed,
            Budget = PlanAnalysis.DowntimeBudget(plan).TotalSeconds,
            TimeLeft = deadline is { } end ? (end - at).TotalSeconds : double.MaxValue,
        };
    }

    /// <summary>The prediction for another maximum downtime.</summary>
    public PreCopyPrediction PredictWithLimit(double limit, WorkingSet set) => PreCopyModel.Predict(Input with { MaxDowntime = limit }, set);

    /// <summary>Whether a prediction ends before the deadline.</summary>
    public bool IsInTime(PreCopyPrediction prediction) => prediction.Converges && prediction.Seconds <= TimeLeft;
}
