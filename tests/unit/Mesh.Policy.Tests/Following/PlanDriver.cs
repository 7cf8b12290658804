using System.Text.Json;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Serialization;
using Mesh.Policy.Model;
using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Following;

/// <summary>A plan that is stored and loaded again at every step, with all actions that it has planned.</summary>
internal sealed class PlanDriver(MigrationPolicy policy, PlanSubject? subject = null)
{
    public PlanState Plan { get; private set; } = Policy.PolicyEngine.CreatePlan(policy, subject ?? Given.Subject);

    public List<PlannedAction> Actions { get; } = [];

    /// <summary>All planned actions in short form, such as <c>30 SetDowntime 150</c>.</summary>
    public IReadOnlyList<string> Done => [.. Actions.Select(Short)];

    public PlanDriver Observe(params TraceSample[] samples)
    {
        foreach (var sample in samples)
            Apply(Policy.PolicyEngine.EvaluateSample(Plan, sample.Phase, sample.Copy));
        return this;
    }

    /// <summary>Evaluates the default sample at each time.</summary>
    public PlanDriver ObserveAt(params double[] times) => Observe([.. times.Select(at => Given.Sample(at))]);

    /// <summary>Evaluates a sample at the start of each pass, one every ten seconds.</summary>
    public PlanDriver ObservePasses(long from, long to) => Observe([.. Enumerable.Range((int)from, (int)(to - from + 1)).Select(pass => Given.Sample(pass * 10, pass))]);

    public PlanDriver Wait(double at)
    {
        Apply(Policy.PolicyEngine.EvaluateTimers(Plan, Given.Seconds(at)));
        return this;
    }

    /// <summary>The agent's stall event arrives.</summary>
    public PlanDriver Stall(double at, double stalledFor)
    {
        Apply(Policy.PolicyEngine.EvaluateStall(Plan, Given.Seconds(at), Given.Seconds(stalledFor)));
        return this;
    }

    public PlanDriver ReplacePolicy(MigrationPolicy other) => Store(Policy.PolicyEngine.ReplacePolicy(Plan, other));

    public PlanDriver SetParameters(Func<TuningParameters, TuningParameters> change) => Store(Policy.PolicyEngine.RecordParameters(Plan, change(Plan.Tuning)));

    public PlanDriver Refuse(PolicyActionKind kind) => Store(Policy.PolicyEngine.RecordRefusal(Plan, kind));

    public static string Short(PlannedAction action)
    {
        var value = (long?)action.Parameters.MaxDowntime?.TotalMilliseconds ?? action.Parameters.Throttle?.Value ?? action.Parameters.Bandwidth?.Count >> 20;
        return $"{action.At.TotalSeconds:0.###} {action.Kind}{(value is null ? "" : $" {value}")}";
    }

    private void Apply(PolicyDecision planned)
    {
        Store(planned.Plan);
        Actions.AddRange(planned.Actions);
    }

    private PlanDriver Store(PlanState plan)
    {
        Plan = JsonSerializer.Deserialize<PlanState>(JsonSerializer.Serialize(plan, MeshJson.Options), MeshJson.Options)!;
        return this;
    }
}
