using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Hosting.Background;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Recovers one job's post-copy after it lost its connection. The recovering call returns when the VM has moved, or at once if it cannot
/// start; in between only the VM's state shows whether it has started.
/// </summary>
internal sealed class PostCopyRecoverer(AgentContext agent, AgentOptions options, IHypervisor hypervisor, MigrationJob job, MigrateCall call)
{
    private readonly CoalescedTask _calling = new();
    private readonly AsyncSignal _returned = new();
    private volatile MigrateResult? _result;

    /// <summary>Completes when the last call has returned.</summary>
    public Task Completion => _calling.Completion;

    /// <summary>Tries once, unless an attempt is in progress, and waits until its outcome shows.</summary>
    public async Task<CommandOutcome> TryAsync(RecoverPostCopy recover)
    {
        switch (await hypervisor.FindVmAsync(job.VmId, agent.Stopping))
        {
            case { State: VmRunState.PostCopyFailed }:
                break;
            case { State: VmRunState.PausedPostCopy }:
                return CommandOutcome.Done;
            case { } other:
                return CommandOutcome.Refused(RefusalCode.HypervisorError, $"{other.Name} is {other.Detail} on {agent.Host}: there is no failed post-copy to recover");
            case null:
                return CommandOutcome.Refused(RefusalCode.UnknownVm, $"{agent.Host} no longer has the VM {job.VmId}");
        }

        _calling.TryRun(() => CallAsync(new VmMigration(job.VmId, recover.DestinationUri, recover.Options, IsRecovery: true)));
        return await WaitForOutcomeAsync();
    }

    private async Task<CommandOutcome> WaitForOutcomeAsync()
    {
        var until = agent.Now + options.CallTimeout;
        while (agent.Now < until)
        {
            if (_calling.IsIdle && _result is { } result)
                return result.Outcome is MigrateOutcome.Completed ? CommandOutcome.Done : Failed(result.Error);
            if (await hypervisor.FindVmAsync(job.VmId, agent.Stopping) is not { State: VmRunState.PostCopyFailed })
                return CommandOutcome.Done;
            await _returned.WaitAsync(options.FastTick, agent.Time, agent.Stopping);
        }

        return Failed($"no result after {options.CallTimeout.TotalSeconds:0} s; the destination's QEMU may itself be waiting for memory");
    }

    private async Task CallAsync(VmMigration migration)
    {
        _result = null;
        agent.Log.RecoveryStarted(job.MigrationId, job.VmId, migration.DestinationUri);
        try
        {
            _result = await hypervisor.MigrateAsync(migration, agent.Stopping);
        }
        catch (HypervisorException e)
        {
            _result = new MigrateResult(MigrateOutcome.Failed, e.Message);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        // A failed recovery is not the end: the VM stays paused on both hosts, and recovery can be tried again.
        if (_result.Outcome is MigrateOutcome.Completed)
            call.Complete(_result);
        else
            agent.Log.RecoveryFailed(job.MigrationId, job.VmId, _result.Error);
        _returned.Set();
    }

    private CommandOutcome Failed(string why) => CommandOutcome.Failed(RefusalCode.HypervisorError, $"{agent.Host}: post-copy recovery failed: {why}");
}
