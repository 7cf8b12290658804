using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Commands;

/// <summary>
/// What a source is told to do with a machine that a migration left paused, as when libvirtd died at the hand-over: the mesh, which
/// hears both hosts, knows whether it is a stray copy or the machine itself.
/// </summary>
internal sealed class OrphanCommandHandler(AgentContext agent)
{
    public async Task<CommandOutcome> DestroyAsync(DestroyOrphan destroy)
    {
        var state = await FindAsync(destroy.VmId);
        if (state is null or { State: VmRunState.Down or VmRunState.DownMigrated })
            return CommandOutcome.Done;
        if (state.State is VmRunState.Running or VmRunState.RunningPostCopy)
            return CommandOutcome.Refused(RefusalCode.VmExistsOnDestination, $"{state.Name} runs here ({state.Detail}) and is not touched");
        if (state.State is not VmRunState.PostCopyFailed && await HasJobAsync(destroy.VmId))
            return CommandOutcome.Failed(RefusalCode.AlreadyMigrating, $"{state.Name} still has a job here");

        await agent.Hypervisor.DestroyOrphanAsync(destroy.VmId, agent.Stopping);
        agent.Log.OrphanDestroyed(destroy.VmId, destroy.MigrationId, state.Detail, destroy.RunsOn);
        return CommandOutcome.Done;
    }

    public async Task<CommandOutcome> ResumeAsync(ResumeOnSource resume, MigrationRecord record)
    {
        var state = await FindAsync(resume.VmId);
        switch (state?.State)
        {
            case VmRunState.Running:
                return CommandOutcome.Done;
            case VmRunState.PausedMigrating:
            case VmRunState.Paused when record.Source is { IsSuspended: true }:
                break;
            case VmRunState.PausedPostCopy or VmRunState.RunningPostCopy or VmRunState.PostCopyFailed:
                return CommandOutcome.Refused(RefusalCode.HypervisorError, $"{state.Name} is {state.Detail}: it has run on the destination since and must not go on here");
            case VmRunState.Paused or VmRunState.PausedStarting:
                return CommandOutcome.Refused(RefusalCode.VmNotRunning, $"{state.Name} is {state.Detail}, and not for the migration's sake");
            default:
                return CommandOutcome.Refused(RefusalCode.UnknownVm, $"{agent.Host} does not run the machine {resume.VmId}");
        }

        if (await HasJobAsync(resume.VmId))
            return CommandOutcome.Failed(RefusalCode.AlreadyMigrating, $"{state.Name} still has a job here");
        await agent.Hypervisor.ResumeAsync(resume.VmId, agent.Stopping);
        agent.Log.ResumedOnSource(resume.VmId, resume.MigrationId);
        return CommandOutcome.Done with { RecordUpdate = known => known.Source is null ? known : known with { Source = known.Source with { IsSuspended = false } } };
    }

    private async Task<bool> HasJobAsync(VmId vm) => await agent.Hypervisor.ReadJobAsync(vm, agent.Stopping) is not null;

    private async Task<VmState?> FindAsync(VmId vm) =>
        (await agent.Hypervisor.ListVmsAsync(agent.Stopping)).FirstOrDefault(known => known.Id == vm);
}
