using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Hypervisor;

namespace Mesh.Agent.Jobs;

/// <summary>Tracks the downtime limit of one job, and raises it iteration by iteration where the start asked the agent to.</summary>
internal sealed class DowntimeTuner(AgentContext agent, IHypervisor hypervisor, SettingRetrier retrier, MigrationJob job)
{
    private readonly CoalescedTask _calling = new();
    private long _firstIteration;
    private long _lastIteration;
    private int _stepsTaken;

    /// <summary>The limit in force; null if unknown.</summary>
    public TimeSpan? Limit { get; private set; }

    public void SetLimit(TimeSpan limit) => Limit = limit;

    /// <summary>Raises or refreshes the limit, once in each iteration.</summary>
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
            await retrier.RunAsync(job.VmId, job.MigrationId, () => RaiseOnceAsync(due, iteration));
        }
        catch (HypervisorException e)
        {
            // The step is due again in the next iteration.
            Interlocked.Decrement(ref _stepsTaken);
            agent.Log.DowntimeNotSet(job.MigrationId, job.VmId, due, e.Message);
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
    }

    private async Task RaiseOnceAsync(TimeSpan due, long iteration)
    {
        // Someone may have set it explicitly since the first attempt.
        if (!job.Source.Limits.EnableDowntimeThread)
            return;
        await hypervisor.SetMaxDowntimeAsync(job.VmId, due, agent.Stopping);
        Limit = due;
        agent.Log.DowntimeRaised(job.MigrationId, job.VmId, due, iteration);
    }

    /// <summary>Someone else may have set it, for example with <c>virsh migrate-setmaxdowntime</c>.</summary>
    private async Task RefreshAsync()
    {
        try
        {
            Limit = await hypervisor.GetMaxDowntimeAsync(job.VmId, agent.Stopping);
        }
        catch (Exception e) when (e is HypervisorException or OperationCanceledException)
        {
            // The last known limit remains.
        }
    }
}

/// <summary>
/// VDSM's rule for raising the downtime limit: from a fifth of it to the whole, exponentially, one step per iteration from the third on.
/// VDSM checks every 10 s, and so takes a step at most that often; it also aborts after 43 iterations, which here only a limit or a policy
/// does.
/// </summary>
internal static class DowntimeSteps
{
    public const int Count = 5;

    /// <summary>
    /// The limits for a maximum, in rising order. Of n steps, step i is max/n + (max − max/n)^(i/(n−1)) ms, so that 500 ms gives 101, 104,
    /// 120, 189 and 500 ms.
    /// </summary>
    public static IReadOnlyList<TimeSpan> Compute(TimeSpan max, int count = Count)
    {
        var maxMs = max.TotalMilliseconds;
        var offset = maxMs / count;
        var root = Math.Pow(maxMs - offset, 1.0 / (count - 1));
        return [.. Enumerable.Range(0, count).Select(i => TimeSpan.FromMilliseconds(
            i == count - 1 ? (long)maxMs : Math.Max(1, (long)(offset + Math.Pow(root, i)))))];
    }

    /// <summary>The limit after a number of steps, 0 to one less than <see cref="Count"/>.</summary>
    public static TimeSpan LimitAt(TimeSpan max, int step) => Compute(max)[step];

    /// <summary>Whether the next step is due: VDSM takes step N in the first iteration that is more than N after the first one it saw.</summary>
    /// <param name="stepsTaken">Steps taken so far.</param>
    /// <param name="passesSince">Iterations since the first one that was seen.</param>
    public static bool IsNextDue(int stepsTaken, long passesSince) => stepsTaken < Count - 1 && passesSince > stepsTaken + 1;
}
