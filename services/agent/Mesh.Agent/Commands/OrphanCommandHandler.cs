using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Commands;

/// <summary>
/// Commands to a source about a VM that a migration left paused, as when libvirtd died during the switchover: the mesh has both hosts'
/// reports, and knows whether it is an orphaned copy or the VM itself.
/// </summary>
internal sealed class OrphanCommandHandler(AgentContext agent, IHypervisor hypervisor)
{
    public async Task<CommandOutcome> DestroyAsync(DestroyOrphan destroy)
    {
        var state = await hypervisor.FindVmAsync(destroy.VmId, agent.Stopping);
        if (state is null or { State: VmRunState.Down or VmRunState.DownMigrated })
            return CommandOutcome.Done;
        if (state.State is VmRunState.Running or VmRunState.RunningPostCopy)
            return CommandOutcome.Refused(RefusalCode.VmExistsOnDestination, $"{state.Name} is {state.Detail} on {agent.Host}: it is not an orphan");
        if (state.State is not VmRunState.PostCopyFailed && await HasJobAsync(destroy.VmId))
            return CommandOutcome.Failed(RefusalCode.AlreadyMigrating, $"{state.Name} still has a job on {agent.Host}");

        await hypervisor.DestroyOrphanAsync(destroy.VmId, agent.Stopping);
        agent.Log.OrphanDestroyed(destroy.VmId, destroy.MigrationId, state.Detail, destroy.RunsOn);
        return CommandOutcome.Done;
    }

    public async Task<CommandOutcome> ResumeAsync(ResumeOnSource resume, MigrationRecord record)
    {
        var state = await hypervisor.FindVmAsync(resume.VmId, agent.Stopping);
        switch (state?.State)
        {
            case VmRunState.Running:
                return CommandOutcome.Done;
            case VmRunState.PausedMigrating:
            case VmRunState.Paused when record.Source is { IsSuspended: true }:
                break;
            case VmRunState.PausedPostCopy or VmRunState.RunningPostCopy or VmRunState.PostCopyFailed:
                return CommandOutcome.Refused(RefusalCode.HypervisorError, $"{state.Name} is {state.Detail}: it has run on the destination and must not resume here");
            case VmRunState.Paused or VmRunState.PausedStarting:
                return CommandOutcome.Refused(RefusalCode.VmNotRunning, $"{state.Name} is {state.Detail}, not because of the migration");
            default:
                return CommandOutcome.Refused(RefusalCode.UnknownVm, $"{agent.Host} does not run the VM {resume.VmId}");
        }

        if (await HasJobAsync(resume.VmId))
            return CommandOutcome.Failed(RefusalCode.AlreadyMigrating, $"{state.Name} still has a job on {agent.Host}");
        await hypervisor.ResumeAsync(resume.VmId, agent.Stopping);
        agent.Log.ResumedOnSource(resume.VmId, resume.MigrationId);
        return CommandOutcome.Done with { RecordUpdate = known => known.Source is null ? known : known with { Source = known.Source with { IsSuspended = false } } };
    }

    private async Task<bool> HasJobAsync(VmId vm) => await hypervisor.ReadJobAsync(vm, agent.Stopping) is not null;
}
