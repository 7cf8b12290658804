using Mesh.Agent.Hypervisors;
using Mesh.Agent.State;
using Mesh.Contracts.Telemetry;

namespace Mesh.Agent.Jobs;

/// <summary>A job's numbers as the mesh takes them.</summary>
internal static class Samples
{
    public static MigrationSample Of(MigrationRecord record, JobStats? stats, JobPhase phase, TimeSpan? downtimeLimit, TimeSpan sinceStart)
    {
        var sample = new MigrationSample
        {
            MigrationId = record.MigrationId,
            Epoch = record.Epoch,
            VmId = record.VmId,
            Phase = phase,
            Elapsed = sinceStart,
            DowntimeLimit = downtimeLimit,
        };
        return stats is null ? sample : sample with
        {
            Elapsed = stats.Elapsed,
            SetupTime = stats.SetupTime,
            Iteration = stats.Iteration,
            Memory = stats.Memory,
            Disk = stats.Disk,
            Normal = stats.Normal,
            Constant = stats.Constant,
            DirtyRatePagesPerSecond = stats.DirtyRatePagesPerSecond,
            PageSize = stats.PageSize,
            Bandwidth = stats.Bandwidth,
            ExpectedDowntime = phase is JobPhase.Completed ? null : stats.Downtime,
            ActualDowntime = phase is JobPhase.Completed ? stats.Downtime : null,
            Throttle = stats.Throttle,
            PostCopyRequests = stats.PostCopyRequests,
        };
    }
}
