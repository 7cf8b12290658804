using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Contracts.Telemetry;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Polls the statistics of one outgoing job. QEMU does not respond for seconds during its final pass; the last statistics then remain, and
/// no second query is sent.
/// </summary>
internal sealed class JobStatsPoller(IHypervisor hypervisor, MigrationJob job)
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

    /// <summary>Whether the VM has an outgoing job; null if the last query failed or was invalidated.</summary>
    public bool? HasJob => _presence switch
    {
        JobPresence.Present => true,
        JobPresence.Absent => false,
        _ => null,
    };

    public void Poll(CancellationToken cancellation) => _polling.TryRun(() => PollAsync(cancellation));

    /// <summary>Drops what is known of the job's presence, because something has happened since the query.</summary>
    public void Invalidate() => _presence = JobPresence.Unknown;

    private async Task PollAsync(CancellationToken cancellation)
    {
        try
        {
            var read = await hypervisor.ReadJobAsync(job.VmId, cancellation);
            var isOurs = read is { Operation: JobOperation.MigrationOut };
            if (isOurs)
                _latest = read!.Copy;
            _presence = isOurs ? JobPresence.Present : JobPresence.Absent;
        }
        catch (HypervisorException e)
        {
            _presence = e.Code is HypervisorErrorCode.NoVm or HypervisorErrorCode.VmNotRunning or HypervisorErrorCode.VmNotResponding ? JobPresence.Absent : JobPresence.Unknown;
        }
        catch (OperationCanceledException)
        {
            return;
        }

        job.Wake();
    }
}
