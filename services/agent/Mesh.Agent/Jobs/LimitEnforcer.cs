using Mesh.Agent.Configuration;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Telemetry;

namespace Mesh.Agent.Jobs;

/// <summary>Runs the watchdog of one job and acts on its findings: it reports stalls, and aborts the job when a hard limit is exceeded.</summary>
internal sealed class LimitEnforcer(
    AgentContext agent, AgentOptions options, MeshContact mesh, AgentEventPublisher publisher, MigrationJob job, WatchdogState initial)
{
    private WatchdogState _state = initial;

    /// <summary>Checks the job.</summary>
    /// <param name="sample">Its latest telemetry; null if there is none yet.</param>
    /// <param name="phase">Its phase.</param>
    public async Task CheckAsync(MigrationSample? sample, JobPhase phase)
    {
        var source = UpdateAutonomy(job.Source);
        var autonomy = new AutonomyLimit(options.AutonomousCompletionTimeoutPerGiB, source.GetAutonomousTime(agent.Now));
        (_state, var findings) = ProgressWatchdog.Check(_state, sample, phase, source.Limits, autonomy, source.DataSize, agent.Now);
        foreach (var finding in findings)
            await HandleAsync(finding);
    }

    /// <summary>Recorded, so that the restart of an agent that is on its own gives a job no more time.</summary>
    private SourceRecord UpdateAutonomy(SourceRecord source)
    {
        var since = mesh.GetAutonomousSince(source.AutonomousSince);
        if (since == source.AutonomousSince)
            return source;
        if (since is not null)
            agent.Log.MeshNotHeard(job.MigrationId, job.VmId, options.AutonomyAfter);
        else
            agent.Log.MeshHeardAgain(job.MigrationId, job.VmId);
        return job.UpdateSourceBestEffort(known => known.WithAutonomousSince(since, agent.Now));
    }

    private async Task HandleAsync(WatchdogFinding finding)
    {
        switch (finding)
        {
            case WatchdogFinding.Stalled stalled:
                agent.Log.JobStalled(job.MigrationId, job.VmId, _state.Lowest, stalled.For);
                await publisher.PublishStalledAsync(job.Record, stalled.For);
                break;
            case WatchdogFinding.LimitExceeded exceeded:
                agent.Log.LimitExceeded(job.MigrationId, job.VmId, exceeded.Limit, exceeded.Value);
                job.RequestAbortBestEffort();
                await publisher.PublishLimitReachedAsync(job.Record, exceeded.Limit, exceeded.Value);
                break;
        }
    }
}
