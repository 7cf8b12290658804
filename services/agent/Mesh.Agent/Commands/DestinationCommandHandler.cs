using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Commands;

/// <summary>What a destination is told to do: make room for a machine, and clear up when it does not come.</summary>
internal sealed class DestinationCommandHandler(AgentContext agent)
{
    private readonly IncomingDiskImages _images = new(agent);

    public async Task<CommandOutcome> PrepareAsync(PrepareIncoming prepare, MigrationRecord record)
    {
        var host = await agent.Hypervisor.DescribeHostAsync(agent.Stopping);
        var vms = await agent.Hypervisor.ListVmsAsync(agent.Stopping);
        var margin = Bytes.FromMebibytes(agent.Options.MemoryMarginMebibytes);
        if (IncomingVmValidator.Validate(prepare, agent.Host, host, vms, margin) is { Count: > 0 } objections)
            return CommandOutcome.Refused(objections);

        if (record.Destination is { HasArrived: true })
            return CommandOutcome.Refused(RefusalCode.VmExistsOnDestination, $"{prepare.Vm.Name} has arrived here in this attempt already");

        agent.Store.Update(record, known => known with { Destination = (known.Destination ?? new DestinationRecord()) with { IsCleanedUp = false } });
        return await _images.CreateAsync(prepare, record) is { } objection
            ? CommandOutcome.Refused([objection])
            : CommandOutcome.Done with { DestinationUri = agent.Options.MigrationTargetUri };
    }

    public async Task<CommandOutcome> CleanUpAsync(MigrationRecord record)
    {
        // Also where nothing is remembered, as after the loss of the agent's state: "done" says that the machine is not here.
        var state = await FindAsync(record.VmId);
        if (state is { State: VmRunState.PausedMigrating or VmRunState.PausedStarting } && record.Destination is not { HasArrived: true })
        {
            await agent.Hypervisor.DestroyIncomingAsync(record.VmId, agent.Stopping);
            state = await FindAsync(record.VmId);
        }

        if (state is { State: not (VmRunState.Down or VmRunState.DownMigrated) })
            return CommandOutcome.Refused(RefusalCode.VmExistsOnDestination, $"{state.Name} is here ({state.Detail}) and is not touched");

        // What was prepared for it is its own. And it has run here: to call this clean would make the source's copy seem the machine.
        if (record.Destination is { HasArrived: true })
            return CommandOutcome.Refused(RefusalCode.VmMovedAway, "the machine had arrived here and is not here any more");
        if (record.Destination is not { IsCleanedUp: false })
            return CommandOutcome.Done;
        var left = await _images.DeleteAsync(record);
        return left.Count == 0
            ? CommandOutcome.Done with { RecordUpdate = known => known with { Destination = known.Destination! with { IsCleanedUp = true } } }
            : new CommandOutcome(CommandResult.Failed) { Refusals = left };
    }

    private async Task<VmState?> FindAsync(VmId vm) =>
        (await agent.Hypervisor.ListVmsAsync(agent.Stopping)).FirstOrDefault(known => known.Id == vm);
}
