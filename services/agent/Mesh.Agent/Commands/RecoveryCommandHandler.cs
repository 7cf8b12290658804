using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Commands;

/// <summary>What a source is told to do about a post-copy that lost its connection.</summary>
internal sealed class RecoveryCommandHandler(AgentContext agent, MigrationMonitors monitors)
{
    public async Task<CommandOutcome> RecoverAsync(RecoverPostCopy recover, MigrationRecord record)
    {
        if (monitors.Find(record) is { } monitor)
            return await monitor.Recovery.TryAsync(recover);
        if (record.Source is { Ended: { } ended })
            return CommandOutcome.Refused(RefusalCode.HypervisorError, $"the migration is over on {agent.Host} ({ended.Result}): there is nothing to take up again");
        if (record.Source is not null)
            return CommandOutcome.Failed(RefusalCode.HypervisorError, "the job is recorded as running but nobody follows it");
        return await AdoptAsync(recover, record);
    }

    /// <summary>An agent that has lost its state follows the job from here on, so that its end is told.</summary>
    private async Task<CommandOutcome> AdoptAsync(RecoverPostCopy recover, MigrationRecord record)
    {
        var vms = await agent.Hypervisor.ListVmsAsync(agent.Stopping);
        if (monitors.Find(record.VmId) is not null || !vms.Any(vm => vm.Id == record.VmId && vm.State is VmRunState.PostCopyFailed))
            return CommandOutcome.Refused(RefusalCode.HypervisorError, $"attempt {record.Epoch} of {record.MigrationId} has left no broken post-copy on {agent.Host}");

        var adopted = agent.Store.Update(record, known => known with
        {
            Source = new SourceRecord
            {
                StartedAt = agent.Now,
                DestinationUri = recover.DestinationUri,
                Options = recover.Options,
                Limits = new MigrationLimits(),
                DataSize = Bytes.Zero,
            },
        });
        return await monitors.Start(adopted, isNew: false).Recovery.TryAsync(recover);
    }
}
