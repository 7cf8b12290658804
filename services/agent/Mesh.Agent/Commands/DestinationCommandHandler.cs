using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Commands;

/// <summary>Commands to a destination: prepare for an incoming VM, and clean up if it does not arrive.</summary>
internal sealed class DestinationCommandHandler(AgentContext agent, AgentOptions options, IHypervisor hypervisor, AgentStore store, IncomingDiskImages images)
{
    public async Task<CommandOutcome> PrepareAsync(PrepareIncoming prepare, MigrationRecord record)
    {
        var host = await hypervisor.DescribeHostAsync(agent.Stopping);
        VmState?[] present = [await hypervisor.FindVmAsync(prepare.VmId, agent.Stopping), await hypervisor.FindVmByNameAsync(prepare.Vm.Name, agent.Stopping)];
        var margin = Bytes.FromMebibytes(options.MemoryMarginMebibytes);
        if (IncomingVmValidator.Validate(prepare, agent.Host, host, [.. present.OfType<VmState>()], margin) is { Count: > 0 } objections)
            return CommandOutcome.Refused(objections);

        if (record.Destination is { HasArrived: true })
            return CommandOutcome.Refused(RefusalCode.VmExistsOnDestination, $"{prepare.Vm.Name} has already arrived here in this attempt");

        store.UpdateDestination(record, known => known with { IsCleanedUp = false });
        return await images.CreateAsync(prepare, record) is { } objection
            ? CommandOutcome.Refused([objection])
            : CommandOutcome.Done with { DestinationUri = options.MigrationTargetUri };
    }

    public async Task<CommandOutcome> CleanUpAsync(MigrationRecord record)
    {
        // Also where nothing is on record, as after the loss of the agent's state: success means that the VM is not here.
        var state = await hypervisor.FindVmAsync(record.VmId, agent.Stopping);
        if (state is { State: VmRunState.PausedMigrating or VmRunState.PausedStarting } && record.Destination is not { HasArrived: true })
        {
            await hypervisor.DestroyIncomingAsync(record.VmId, agent.Stopping);
            state = await hypervisor.FindVmAsync(record.VmId, agent.Stopping);
        }

        if (state is { State: not (VmRunState.Down or VmRunState.DownMigrated) })
            return CommandOutcome.Refused(RefusalCode.VmExistsOnDestination, $"{state.Name} is {state.Detail} on {agent.Host}; cleaning up would destroy it");

        // The images belong to the VM now. And it has run here: a success would make the source's stale copy look like the VM.
        if (record.Destination is { HasArrived: true })
            return CommandOutcome.Refused(RefusalCode.VmMovedAway, "the VM arrived here and has left since");
        if (record.Destination is not { IsCleanedUp: false })
            return CommandOutcome.Done;
        var left = await images.DeleteAsync(record);
        return left.Count == 0
            ? CommandOutcome.Done with { RecordUpdate = known => known with { Destination = known.Destination! with { IsCleanedUp = true } } }
            : new CommandOutcome(CommandResult.Failed) { Refusals = left };
    }
}
