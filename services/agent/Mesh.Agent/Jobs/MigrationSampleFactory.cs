using Mesh.Agent.Hypervisors;
using Mesh.Agent.State;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Jobs;

/// <summary>A job's numbers as the mesh takes them.</summary>
internal static class MigrationSampleFactory
{
    public static MigrationSample Create(MigrationRecord record, JobStats? stats, JobPhase phase, TimeSpan? downtimeLimit, TimeSpan sinceStart)
    {
        var sample = new MigrationSample
        {
            MigrationId = record.MigrationId,
            Epoch = record.Epoch,
            VmId = record.VmId,
            Phase = phase,
            Elapsed = sinceStart,
            DowntimeLimit = downtimeLimit,
            Throttle = JobPhases.IsPastPointOfNoReturn(phase) ? null : record.Source?.Throttle,
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
            Throttle = Larger(stats.Throttle, sample.Throttle),
            PostCopyRequests = stats.PostCopyRequests,
        };
    }

    private static Percent? Larger(Percent? one, Percent? other) => (one?.Value ?? 0) >= (other?.Value ?? 0) ? one : other;
}
