using System.Text.Json;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Policy.Tests.Worlds;

/// <summary>A migration that a plan tunes: sampled each second, and four times per second when little remains.</summary>
internal sealed class SteeredMigration(Workload workload, MigrationPolicy policy, int? seed = null)
{
    private readonly Random? _jitter = seed is { } number ? new Random(number) : null;

    public FluidMigration World { get; } = new(workload) { IsAutoConverging = policy.Start.AutoConverge };

    public PlanState State { get; set; } = PolicyEngine.CreatePlan(policy, SubjectOf(workload));

    public List<PlannedAction> Actions { get; } = [];

    public MigrationForecast? Forecast => PolicyEngine.Forecast(State);

    /// <summary>Whether the migration is recorded, so that the plan's actions do not reach QEMU.</summary>
    public bool IsRecorded { get; init; }

    /// <summary>Whether the plan is stored and loaded after every sample.</summary>
    public bool IsStored { get; init; }

    public static PlanSubject SubjectOf(Workload workload) =>
        new(new Bytes((long)workload.Bytes), [], 4, PolicyPermissions.All, IsPostCopyArmed: true);

    /// <summary>Runs until it has ended, or until a time in seconds.</summary>
    /// <param name="until">The time.</param>
    /// <param name="each">Called after every sample.</param>
    public SteeredMigration Run(double until, Action<SteeredMigration>? each = null)
    {
        while (!World.IsOver && World.Time < until)
        {
            World.Advance(World.Remaining < 2 * World.Limit * workload.Link ? 0.25 : 1);
            if (World.IsOver)
                break;
            var (phase, copy) = World.Sample();
            var planned = PolicyEngine.EvaluateSample(State, phase, Jittery(copy));
            State = IsStored ? Stored(planned.Plan) : planned.Plan;
            Actions.AddRange(planned.Actions);
            foreach (var action in IsRecorded ? [] : planned.Actions)
                World.Do(action);
            each?.Invoke(this);
        }

        return this;
    }

    private static PlanState Stored(PlanState plan) =>
        JsonSerializer.Deserialize<PlanState>(JsonSerializer.Serialize(plan, MeshJson.Options), MeshJson.Options)!;

    // QEMU measures its rate over 100 ms, and the remaining data changes while it is read.
    private CopyStatistics Jittery(CopyStatistics copy) => _jitter is null ? copy : copy with
    {
        Bandwidth = new BytesPerSecond((long)(copy.Bandwidth.Count * (0.6 + 0.8 * _jitter.NextDouble()))),
        Memory = copy.Memory with { Remaining = new Bytes((long)(copy.Remaining.Count * (0.995 + 0.01 * _jitter.NextDouble()))) },
    };
}
