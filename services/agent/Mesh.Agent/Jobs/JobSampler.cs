using Mesh.Agent.Runtime;
using Mesh.Contracts.Telemetry;

namespace Mesh.Agent.Jobs;

/// <summary>The latest telemetry of one job, made of its statistics, the VM's state and the downtime limit.</summary>
/// <param name="agent">The agent.</param>
/// <param name="vms">The VM states; they show the phase when QEMU does not.</param>
/// <param name="job">The job.</param>
/// <param name="poller">Its statistics.</param>
/// <param name="downtime">Its downtime limit.</param>
/// <param name="startedAt">When it started.</param>
internal sealed class JobSampler(
    AgentContext agent, VmStateCache vms, MigrationJob job, JobStatsPoller poller, DowntimeTuner downtime, DateTimeOffset startedAt)
{
    /// <summary>The sample; null for a job of an earlier agent process whose phase is still unknown.</summary>
    public MigrationSample? GetSample()
    {
        if (poller.Latest is null && !job.IsNew)
            return null;
        var record = job.Record;
        var phase = JobPhases.FromStats(poller.Latest, vms.Find(job.VmId), record.Source is { IsSuspended: true } or { Options.Live: false });
        return MigrationSampleFactory.Create(record, poller.Latest ?? new CopyStatistics { Elapsed = agent.Now - startedAt }, phase, downtime.Limit);
    }
}
