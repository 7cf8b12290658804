using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Core;

namespace Mesh.Agent.Jobs;

/// <summary>Aborts one job and goes on trying until it has ended: libvirt may not have begun it yet, not answer, or not act.</summary>
internal sealed class AbortRetrier(AgentContext agent, MigrationRecord record)
{
    private readonly CoalescedTask _attempts = new();
    private readonly BackoffCounter _backoff = new(agent.Options.AbortRetryInterval, agent.Options.RetryIntervalMax);
    private Task<HypervisorException?> _attempt = Task.FromResult<HypervisorException?>(null);

    /// <summary>When to try next.</summary>
    public DateTimeOffset NextAttemptAt { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>Whether the machine runs on the destination, so that nothing may be aborted any more.</summary>
    public bool IsTooLate { get; private set; }

    public void RetryIfDue()
    {
        if (!IsTooLate && agent.Now >= NextAttemptAt)
            _ = TryAsync();
    }

    /// <summary>Tries now, or waits for the attempt that is under way; tells what the hypervisor objected, null if nothing.</summary>
    public Task<HypervisorException?> TryAsync()
    {
        lock (_attempts)
        {
            _attempts.TryRun(() => _attempt = AttemptAsync());
            return _attempt;
        }
    }

    private async Task<HypervisorException?> AttemptAsync()
    {
        var wait = _backoff.NextDelay();
        NextAttemptAt = agent.Now + wait;
        try
        {
            await agent.Hypervisor.AbortJobAsync(record.VmId, agent.Stopping);
            return null;
        }
        catch (HypervisorException e) when (e.Code is HypervisorErrorCode.InPostCopy)
        {
            IsTooLate = true;
            agent.Log.AbortTooLate(record.MigrationId, record.VmId);
            return e;
        }
        catch (HypervisorException e)
        {
            agent.Log.AbortRetried(record.MigrationId, record.VmId, e.Message, wait);
            return e;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
