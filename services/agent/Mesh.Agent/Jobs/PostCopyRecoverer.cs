using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Hosting.Background;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Takes one job's post-copy up again after it lost its connection. The call that does so returns when the machine has moved, or at once if
/// it cannot begin; what it says in between only the machine's state tells.
/// </summary>
internal sealed class PostCopyRecoverer(AgentContext agent, MigrationRecord record, Action<MigrateResult> completed)
{
    private readonly CoalescedTask _calling = new();
    private readonly AsyncSignal _returned = new();
    private volatile MigrateResult? _result;

    /// <summary>Ends when the last begun call has returned.</summary>
    public Task Completion => _calling.Completion;

    /// <summary>Tries once, unless a try is under way already, and waits until it shows how that goes.</summary>
    public async Task<CommandOutcome> TryAsync(RecoverPostCopy recover)
    {
        switch (await FindAsync())
        {
            case { State: VmRunState.PostCopyFailed }:
                break;
            case { State: VmRunState.PausedPostCopy }:
                return CommandOutcome.Done;
            case { } other:
                return CommandOutcome.Refused(RefusalCode.HypervisorError, $"{other.Name} is {other.Detail} on {agent.Host}: there is no broken post-copy to take up");
            case null:
                return CommandOutcome.Refused(RefusalCode.UnknownVm, $"{agent.Host} does not have the machine {record.VmId} any more");
        }

        _calling.TryRun(() => CallAsync(new VmMigration(record.VmId, recover.DestinationUri, recover.Options, IsRecovery: true)));
        return await WaitForOutcomeAsync();
    }

    private async Task<CommandOutcome> WaitForOutcomeAsync()
    {
        var until = agent.Now + agent.Options.CallTimeout;
        while (agent.Now < until)
        {
            if (_calling.IsIdle && _result is { } result)
                return result.Outcome is MigrateOutcome.Completed ? CommandOutcome.Done : Failed(result.Error);
            if (await FindAsync() is not { State: VmRunState.PostCopyFailed })
                return CommandOutcome.Done;
            await _returned.WaitAsync(agent.Options.FastTick, agent.Time, agent.Stopping);
        }

        return Failed($"nothing is heard of it after {agent.Options.CallTimeout.TotalSeconds:0} s; the destination's QEMU may be waiting for memory itself");
    }

    private async Task CallAsync(VmMigration migration)
    {
        _result = null;
        agent.Log.RecoveryStarted(record.MigrationId, record.VmId, migration.DestinationUri);
        try
        {
            _result = await agent.Hypervisor.MigrateAsync(migration, agent.Stopping);
        }
        catch (HypervisorException e)
        {
            _result = new MigrateResult(MigrateOutcome.Failed, e.Message);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        // One that fails says nothing about the end: both copies wait, and it is tried again.
        if (_result.Outcome is MigrateOutcome.Completed)
            completed(_result);
        else
            agent.Log.RecoveryFailed(record.MigrationId, record.VmId, _result.Error);
        _returned.Set();
    }

    private async Task<VmState?> FindAsync() =>
        (await agent.Hypervisor.ListVmsAsync(agent.Stopping)).FirstOrDefault(known => known.Id == record.VmId);

    private CommandOutcome Failed(string why) => CommandOutcome.Failed(RefusalCode.HypervisorError, $"{agent.Host}: post-copy was not taken up again: {why}");
}
