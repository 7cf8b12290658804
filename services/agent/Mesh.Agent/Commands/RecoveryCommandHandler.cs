using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Commands;

/// <summary>Commands to a source about a failed post-copy.</summary>
internal sealed class RecoveryCommandHandler(AgentContext agent, IHypervisor hypervisor, AgentStore store, MigrationMonitors monitors)
{
    public async Task<CommandOutcome> RecoverAsync(RecoverPostCopy recover, MigrationRecord record)
    {
        if (monitors.Find(record) is { } monitor)
            return await monitor.Controls.Recovery.TryAsync(recover);
        if (record.Source is { Ended: { } ended })
            return CommandOutcome.Refused(RefusalCode.HypervisorError, $"the migration has ended on {agent.Host} ({ended.Result}): there is nothing to recover");
        if (record.Source is not null)
            return CommandOutcome.Failed(RefusalCode.HypervisorError, "the job is recorded as running but is not monitored");
        return await AdoptAsync(recover, record);
    }

    /// <summary>An agent that has lost its state monitors the job from now on, so that its end is reported.</summary>
    private async Task<CommandOutcome> AdoptAsync(RecoverPostCopy recover, MigrationRecord record)
    {
        var vm = await hypervisor.FindVmAsync(record.VmId, agent.Stopping);
        if (monitors.Find(record.VmId) is not null || vm is not { State: VmRunState.PostCopyFailed })
            return CommandOutcome.Refused(RefusalCode.HypervisorError, $"attempt {record.Epoch} of {record.MigrationId} has no failed post-copy on {agent.Host}");

        var adopted = store.Update(record, known => known with
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
        return await monitors.Start(adopted, isNew: false).Controls.Recovery.TryAsync(recover);
    }
}
