using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.Telemetry;
using Mesh.Core;

namespace Mesh.Agent.Jobs;

/// <summary>Aborts one job, and retries until it has ended: libvirt may not have started it yet, may not respond, or may not act.</summary>
internal sealed class AbortRetrier(AgentContext agent, AgentOptions options, IHypervisor hypervisor, MigrationJob job)
{
    private readonly CoalescedTask _attempts = new();
    private readonly BackoffCounter _backoff = new(options.AbortRetryInterval, options.RetryIntervalMax);
    private Task<HypervisorException?> _attempt = Task.FromResult<HypervisorException?>(null);

    public DateTimeOffset NextAttemptAt { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>The VM runs on the destination, so the job must not be aborted any more.</summary>
    public bool IsTooLate { get; private set; }

    public void RetryIfDue()
    {
        if (!IsTooLate && agent.Now >= NextAttemptAt)
            _ = TryAsync();
    }

    /// <summary>Tries now, or waits for the attempt in progress; returns the hypervisor's error, null for none.</summary>
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
            await hypervisor.AbortJobAsync(job.VmId, agent.Stopping);
            return null;
        }
        catch (HypervisorException e) when (e.Code is HypervisorErrorCode.InPostCopy)
        {
            IsTooLate = true;
            agent.Log.AbortTooLate(job.MigrationId, job.VmId);
            return e;
        }
        catch (HypervisorException e)
        {
            agent.Log.AbortRetried(job.MigrationId, job.VmId, e.Message, wait);
            return e;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
