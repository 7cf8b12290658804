using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.Telemetry;

namespace Mesh.Agent.Jobs;

/// <summary>The hypervisor call that runs a job: a migrate call, or a recovery of its post-copy. It holds the result until the monitor has used it.</summary>
internal sealed class MigrateCall(AgentContext agent, IHypervisor hypervisor, MigrationJob job)
{
    private volatile MigrateResult? _result;
    private bool _isOurs = job.IsNew;

    /// <summary>What the call returned; null while it runs, or if this process does not make it.</summary>
    public MigrateResult? Result => _result;

    /// <summary>This process makes the call, and will learn its result. Otherwise the VM's state shows how the job ends.</summary>
    public bool IsOurs => _isOurs;

    public async Task RunAsync()
    {
        if (job.Record.IsAbortRequested)
        {
            Complete(new MigrateResult(MigrateOutcome.Aborted, "aborted before it started"));
            return;
        }

        var source = job.Source;
        agent.Log.JobStarted(job.MigrationId, job.VmId, source.DestinationUri);
        try
        {
            Complete(await hypervisor.MigrateAsync(new VmMigration(job.VmId, source.DestinationUri, source.Options), agent.Stopping));
        }
        catch (HypervisorException e)
        {
            var isLost = e.Code is HypervisorErrorCode.Unreachable or HypervisorErrorCode.TimedOut;
            Complete(new MigrateResult(isLost ? MigrateOutcome.Lost : MigrateOutcome.Failed, e.Message));
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
    }

    public void Complete(MigrateResult result)
    {
        _result = result;
        job.Wake();
    }

    /// <summary>Drops a result that does not tell how the job ends.</summary>
    public void Discard() => (_result, _isOurs) = (null, false);
}
