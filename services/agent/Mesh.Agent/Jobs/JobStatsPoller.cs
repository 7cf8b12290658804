using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Jobs;

/// <summary>
/// The newest numbers of one machine's outgoing job. QEMU answers nothing for seconds while it makes its final pass; then the
/// last numbers stand, and no second question is asked.
/// </summary>
internal sealed class JobStatsPoller(IHypervisor hypervisor, VmId vm, Action read)
{
    private readonly CoalescedTask _polling = new();
    private volatile CopyStatistics? _latest;
    private volatile JobPresence _presence = JobPresence.Unknown;

    private enum JobPresence
    {
        Unknown,
        Present,
        Absent,
    }

    public CopyStatistics? Latest => _latest;

    /// <summary>Whether there is a job; null if the hypervisor has not said so lately.</summary>
    public bool? HasJob => _presence switch
    {
        JobPresence.Present => true,
        JobPresence.Absent => false,
        _ => null,
    };

    public void Poll(CancellationToken cancellation) => _polling.TryRun(() => PollAsync(cancellation));

    /// <summary>Forgets whether there is a job, because something has happened since that was asked.</summary>
    public void Invalidate() => _presence = JobPresence.Unknown;

    private async Task PollAsync(CancellationToken cancellation)
    {
        try
        {
            var job = await hypervisor.ReadJobAsync(vm, cancellation);
            var isOurs = job is { Operation: JobOperation.MigrationOut };
            if (isOurs)
                _latest = job!.Copy;
            _presence = isOurs ? JobPresence.Present : JobPresence.Absent;
        }
        catch (HypervisorException e)
        {
            _presence = e.Code is HypervisorErrorCode.NoVm or HypervisorErrorCode.VmNotRunning ? JobPresence.Absent : JobPresence.Unknown;
        }
        catch (OperationCanceledException)
        {
            return;
        }

        read();
    }

}
