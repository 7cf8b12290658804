using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;
using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Following;

/// <summary>Policies, migrations and samples for tests.</summary>
internal static class Given
{
    public static readonly PlanSubject Subject = new(Bytes.FromGibibytes(2), [], 2, PolicyPermissions.All, IsPostCopyArmed: true);

    public static readonly MigrationPolicy Policy = new() { Name = "test", Description = "For a test.", Permits = PolicyPermissions.All };

    public static PolicyAction Abort => new() { Kind = PolicyActionKind.Abort };

    public static PolicyAction Downtime(double milliseconds) =>
        new() { Kind = PolicyActionKind.SetDowntime, Downtime = TimeSpan.FromMilliseconds(milliseconds) };

    public static PolicyAction Action(PolicyActionKind kind) => new() { Kind = kind, Throttle = new Percent(40), Bandwidth = BytesPerSecond.FromMebibytes(100) };

    public static MigrationPolicy With(this MigrationPolicy policy, params PolicyStep[] steps) => policy with { Steps = steps };

    public static MigrationPolicy Limited(this MigrationPolicy policy, Func<PolicyLimits, PolicyLimits> change) => policy with { Limits = change(policy.Limits) };

    public static TimeSpan Seconds(double seconds) => TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));

    /// <summary>A sample of a healthy copy: data flows, and less remains each second.</summary>
    public static TraceSample Sample(double at, long iteration = 1, double? remaining = null, double? processed = null, double bandwidth = 100, JobPhase phase = JobPhase.PreCopy) =>
        Sample(
            Seconds(at), iteration, Bytes.FromGibibytes(2), Bytes.FromMebibytes(processed ?? at * 100),
            Bytes.FromMebibytes(remaining ?? Math.Max(1, 2000 - at)), BytesPerSecond.FromMebibytes(bandwidth), 0, new Bytes(4096), phase);

    public static TraceSample Sample(
        TimeSpan at, long iteration, Bytes total, Bytes transferred, Bytes remaining, BytesPerSecond bandwidth, long dirtyPagesPerSecond, Bytes pageSize,
        JobPhase phase = JobPhase.PreCopy) => new(phase, new CopyStatistics
        {
            Elapsed = at,
            Iteration = iteration,
            Memory = new TransferProgress(total, remaining, transferred),
            Bandwidth = bandwidth,
            DirtyPagesPerSecond = dirtyPagesPerSecond,
            PageSize = pageSize,
        });

    /// <summary>A sample with other statistics.</summary>
    public static TraceSample Change(this TraceSample sample, Func<CopyStatistics, CopyStatistics> change) => sample with { Copy = change(sample.Copy) };
}
