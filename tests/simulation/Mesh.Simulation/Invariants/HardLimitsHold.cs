using Mesh.Agent.Simulated;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>A job that exceeds its hard limit is aborted soon, at the latest after faults end.</summary>
internal sealed class HardLimitsHold : Invariant
{
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(75);

    private readonly Dictionary<VmId, StartMigration> _started = [];
    private readonly Dictionary<VmId, long> _running = [];

    public HardLimitsHold(World world)
        : base(world) => world.Broker.MessageAccepted += message =>
        {
            if (message.Content is not StartMigration start)
                return;

            // Nothing may have changed between the end of the last attempt's job and the start of this one's, so its time restarts here.
            if (_started.TryGetValue(start.VmId, out var last) && last.Epoch != start.Epoch)
                _running.Remove(start.VmId);
            _started[start.VmId] = start;
        };

    /// <inheritdoc />
    public override string Name => "limits are never exceeded";

    /// <inheritdoc />
    public override void AfterChange()
    {
        var jobs = World.Cluster.ListJobs();
        foreach (var vm in _running.Keys.Where(vm => jobs.All(job => job.VmId != vm)).ToList())
            _running.Remove(vm);
        foreach (var job in jobs)
        {
            _running.TryAdd(job.VmId, World.EventLoop.Ticks);
            Check(job);
        }
    }

    /// <inheritdoc />
    public override void AtEnd() => AfterChange();

    private void Check(SimulatedJob job)
    {
        if (job.Phase is SimulatedPhase.PostCopy or SimulatedPhase.Completed || World.WasMigratedExternally(job.VmId) || World.Host(job.Source).HasLostAgentState
            || !_started.TryGetValue(job.VmId, out var start) || start.Limits.CompletionTimeoutFor(start.DataSize) is not { } limit)
            return;
        var due = Math.Max(_running[job.VmId] + limit.Ticks, World.FaultsEndedTicks);
        if (due < long.MaxValue - Slack.Ticks && World.EventLoop.Ticks > due + Slack.Ticks)
            Fail($"the job of {start.MigrationId} runs in {job.Phase} although its limit of {limit.TotalSeconds:0} s passed {TimeSpan.FromTicks(World.EventLoop.Ticks - due).TotalSeconds:0} s ago");
    }
}
