using Mesh.Agent.Hypervisors;
using Mesh.Agent.Running;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Jobs;

/// <summary>
/// The newest numbers of one machine's outgoing job. QEMU answers nothing for seconds while it makes its final pass; then the
/// last numbers stand, and no second question is asked.
/// </summary>
internal sealed class JobReader(IHypervisor hypervisor, VmId vm, Action read)
{
    private readonly OneAtATime _reading = new();
    private volatile JobStats? _latest;
    private volatile Known _known = Known.Nothing;

    private enum Known
    {
        Nothing,
        Job,
        NoJob,
    }

    public JobStats? Latest => _latest;

    /// <summary>Whether there is a job; null if the hypervisor has not said so lately.</summary>
    public bool? HasJob => _known switch
    {
        Known.Job => true,
        Known.NoJob => false,
        _ => null,
    };

    public void Begin(CancellationToken cancellation) => _reading.TryRun(() => ReadAsync(cancellation));

    /// <summary>Forgets whether there is a job, because something has happened since that was asked.</summary>
    public void Doubt() => _known = Known.Nothing;

    private async Task ReadAsync(CancellationToken cancellation)
    {
        try
        {
            var stats = await hypervisor.ReadJobAsync(vm, cancellation);
            var isOurs = stats is { Operation: JobOperation.MigrationOut };
            if (isOurs)
                _latest = stats;
            _known = isOurs ? Known.Job : Known.NoJob;
        }
        catch (HypervisorException e)
        {
            _known = e.Code is HypervisorErrorCode.NoVm or HypervisorErrorCode.VmNotRunning ? Known.NoJob : Known.Nothing;
        }
        catch (OperationCanceledException)
        {
            return;
        }

        read();
    }

}
