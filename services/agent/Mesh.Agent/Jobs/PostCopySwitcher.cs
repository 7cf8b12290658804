using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Telemetry;

namespace Mesh.Agent.Jobs;

/// <summary>Switches one job to post-copy as soon as QEMU has started copying: QEMU refuses to before that, and nobody would ask again.</summary>
internal sealed class PostCopySwitcher(AgentContext agent, IHypervisor hypervisor, MigrationJob job)
{
    private readonly CoalescedTask _trying = new();

    public static bool CanSwitch(MigrationSample? sample) => sample is { Copy.Memory.Transferred.Count: > 0 };

    public void TrySwitch(MigrationSample? sample)
    {
        if (CanSwitch(sample))
            _trying.TryRun(TryAsync);
    }

    private async Task TryAsync()
    {
        try
        {
            await hypervisor.StartPostCopyAsync(job.VmId, agent.Stopping);
            agent.Log.PostCopyStarted(job.MigrationId, job.VmId);
        }
        catch (HypervisorException e) when (e.IsTransient)
        {
            // It may not have arrived: the next check tries again.
            return;
        }
        catch (HypervisorException e)
        {
            agent.Log.PostCopyNotStarted(job.MigrationId, job.VmId, e.Message);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        job.UpdateSourceBestEffort(source => source with { IsPostCopyRequested = false });
    }
}
