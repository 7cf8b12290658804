using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Hypervisor;

namespace Mesh.Agent.Jobs;

/// <summary>Knows the downtime limit of one job, and raises it with each pass over memory where the agent is to do that.</summary>
internal sealed class DowntimeTuner(AgentContext agent, MigrationRecord record)
{
    private readonly CoalescedTask _calling = new();
    private long _firstIteration;
    private long _lastIteration;
    private int _stepsTaken;

    /// <summary>The limit in force; null if unknown.</summary>
    public TimeSpan? Limit { get; private set; }

    public void SetLimit(TimeSpan limit) => Limit = limit;

    /// <summary>Looks after the limit once in each pass.</summary>
    public void Update(SourceRecord source, long iteration)
    {
        if (iteration <= _lastIteration)
            return;
        if (_firstIteration == 0)
            _firstIteration = iteration;
        var isStepDue = source.Limits.EnableDowntimeThread && DowntimeSteps.IsNextDue(_stepsTaken, iteration - _firstIteration);
        var due = DowntimeSteps.LimitAt(source.Options.MaxDowntime ?? QemuLimits.DefaultMaxDowntime, _stepsTaken + (isStepDue ? 1 : 0));
        if (!_calling.TryRun(() => isStepDue && due > Limit ? RaiseAsync(due, iteration) : RefreshAsync()))
            return;
        _lastIteration = iteration;
        _stepsTaken += isStepDue ? 1 : 0;
    }

    private async Task RaiseAsync(TimeSpan due, long iteration)
    {
        try
        {
            await agent.Hypervisor.SetMaxDowntimeAsync(record.VmId, due, agent.Stopping);
            Limit = due;
            agent.Log.DowntimeRaised(record.MigrationId, record.VmId, due, iteration);
        }
        catch (HypervisorException e)
        {
            agent.Log.DowntimeNotSet(record.MigrationId, record.VmId, due, e.Message);
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
    }

    /// <summary>Somebody else may have set it, as with <c>virsh migrate-setmaxdowntime</c>.</summary>
    private async Task RefreshAsync()
    {
        try
        {
            Limit = await agent.Hypervisor.GetMaxDowntimeAsync(record.VmId, agent.Stopping);
        }
        catch (Exception e) when (e is HypervisorException or OperationCanceledException)
        {
            // The one that was known stands.
        }
    }
}
