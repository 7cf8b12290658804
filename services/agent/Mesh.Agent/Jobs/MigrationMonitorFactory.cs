using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;

namespace Mesh.Agent.Jobs;

/// <summary>Composes the monitor of a job from the parts that it has to itself.</summary>
internal sealed class MigrationMonitorFactory(
    AgentContext agent, AgentOptions options, IHypervisor hypervisor, AgentStore store, AgentEventPublisher publisher, AgentSignals signals, VmStateCache vms,
    MeshContact mesh, SettingRetrier retrier)
{
    public MigrationMonitor Create(MigrationRecord record, bool isNew)
    {
        var job = new MigrationJob(agent, store, record, isNew);
        var watchdog = WatchdogState.Start(record.Source!.StartedAt, agent.Now);
        var poller = new JobStatsPoller(hypervisor, job);
        var call = new MigrateCall(agent, hypervisor, job);
        var controls = new JobControls(
            new AbortRetrier(agent, options, hypervisor, job),
            new DowntimeTuner(agent, hypervisor, retrier, job),
            new ThrottleController(agent, hypervisor, retrier, job),
            new PostCopySwitcher(agent, hypervisor, job),
            new PostCopyRecoverer(agent, options, hypervisor, job, call));
        return new MigrationMonitor(
            agent,
            options,
            job,
            poller,
            new JobSampler(agent, vms, job, poller, controls.Downtime, watchdog.StartedAt),
            new LimitEnforcer(agent, options, mesh, publisher, job, watchdog),
            call,
            new JobFinalizer(agent, options, hypervisor, publisher, signals, job, controls.Throttle),
            controls);
    }
}

/// <summary>What changes a running job.</summary>
internal sealed record JobControls(
    AbortRetrier Abort, DowntimeTuner Downtime, ThrottleController Throttle, PostCopySwitcher PostCopy, PostCopyRecoverer Recovery);
