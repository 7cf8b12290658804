using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Telemetry;

namespace Mesh.Agent.Jobs;

/// <summary>Changes one job over to post-copy as soon as QEMU has begun to copy: before that it refuses, and nobody would ask again.</summary>
internal sealed class PostCopySwitcher(AgentContext agent, MigrationRecord record)
{
    private readonly CoalescedTask _trying = new();

    /// <summary>Whether QEMU can be told now.</summary>
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
            await agent.Hypervisor.StartPostCopyAsync(record.VmId, agent.Stopping);
            agent.Log.PostCopyStarted(record.MigrationId, record.VmId);
        }
        catch (HypervisorException e) when (e.Code is HypervisorErrorCode.Unreachable or HypervisorErrorCode.TimedOut)
        {
            // Not heard; it is told again at the next look.
            return;
        }
        catch (HypervisorException e)
        {
            agent.Log.PostCopyNotStarted(record.MigrationId, record.VmId, e.Message);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        agent.Store.UpdateBestEffort(record, known => known with { Source = known.Source! with { IsPostCopyRequested = false } });
    }
}
