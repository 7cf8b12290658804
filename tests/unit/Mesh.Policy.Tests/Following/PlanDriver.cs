using System.Text.Json;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Serialization;

namespace Mesh.Policy.Tests.Following;

/// <summary>A plan, stored and loaded again at every step, and everything that it wanted done.</summary>
internal sealed class PlanDriver(MigrationPolicy policy, PlanSubject? subject = null)
{
    public PlanState Plan { get; private set; } = Policy.Plan.Begin(policy, subject ?? Given.Subject);

    public List<PlannedAction> Actions { get; } = [];

    /// <summary>Everything wanted so far in short, such as <c>30 SetDowntime 150</c>.</summary>
    public IReadOnlyList<string> Done => [.. Actions.Select(Short)];

    public PlanDriver Look(params PlanSample[] samples)
    {
        foreach (var sample in samples)
            Take(Policy.Plan.Look(Plan, sample));
        return this;
    }

    /// <summary>Looks at the usual sample at each of some times.</summary>
    public PlanDriver LookAt(params double[] times) => Look([.. times.Select(at => Given.Sample(at))]);

    /// <summary>Looks at the beginning of passes, one each ten seconds.</summary>
    public PlanDriver LookAtPasses(long from, long to) => Look([.. Enumerable.Range((int)from, (int)(to - from + 1)).Select(pass => Given.Sample(pass * 10, pass))]);

    public PlanDriver Wait(double at)
    {
        Take(Policy.Plan.Wait(Plan, Given.Seconds(at)));
        return this;
    }

    public PlanDriver Exchange(MigrationPolicy other) => Be(Policy.Plan.Exchange(Plan, other));

    public PlanDriver Note(Func<Knobs, Knobs> change) => Be(Policy.Plan.Note(Plan, change(Plan.Knobs)));

    public PlanDriver Refuse(PolicyActionKind kind) => Be(Policy.Plan.Refused(Plan, kind));

    public static string Short(PlannedAction action)
    {
        var value = (long?)action.Downtime?.TotalMilliseconds ?? action.Throttle?.Value ?? action.Bandwidth?.Count >> 20;
        return $"{action.At.TotalSeconds:0.###} {action.Kind}{(value is null ? "" : $" {value}")}";
    }

    private void Take(Planned planned)
    {
        Be(planned.Plan);
        Actions.AddRange(planned.Actions);
    }

    private PlanDriver Be(PlanState plan)
    {
        Plan = JsonSerializer.Deserialize<PlanState>(JsonSerializer.Serialize(plan, MeshJson.Options), MeshJson.Options)!;
        return this;
    }
}
