using Mesh.Agent.State;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Jobs;

/// <summary>Creates the sample of a job that the mesh receives.</summary>
internal static class MigrationSampleFactory
{
    public static MigrationSample Create(MigrationRecord record, CopyStatistics copy, JobPhase phase, TimeSpan? downtimeLimit) => new()
    {
        MigrationId = record.MigrationId,
        Epoch = record.Epoch,
        VmId = record.VmId,
        Phase = phase,
        DowntimeLimit = downtimeLimit,
        Throttle = Larger(copy.AutoConvergeThrottle, JobPhases.IsPastPointOfNoReturn(phase) ? null : record.Source?.Throttle),
        Copy = copy,
    };

    private static Percent? Larger(Percent? one, Percent? other) => (one?.Value ?? 0) >= (other?.Value ?? 0) ? one : other;
}
