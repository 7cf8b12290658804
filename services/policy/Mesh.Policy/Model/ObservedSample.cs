using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Policy.Model;

/// <summary>
/// What the next sample is compared with: the part of a migration's telemetry that is stored with the plan. Kept small, because the plan
/// is written with every transition.
/// </summary>
/// <param name="At">Time since the copy began, in whole milliseconds.</param>
/// <param name="Phase">What the job did.</param>
/// <param name="Iteration">Pass over memory; 1 for the first, 0 before it.</param>
/// <param name="Total">Memory and disks to copy.</param>
/// <param name="Transferred">Bytes sent, retransmissions included.</param>
/// <param name="Remaining">Bytes still to be copied.</param>
/// <param name="DirtyRate">The rate at which the guest dirtied memory in the last pass; zero in the first.</param>
public sealed record ObservedSample(
    TimeSpan At, JobPhase Phase, long Iteration, Bytes Total, Bytes Transferred, Bytes Remaining, BytesPerSecond DirtyRate)
{
    internal static ObservedSample FromCopy(JobPhase phase, CopyStatistics copy) =>
        new(copy.Elapsed, phase, copy.Iteration, copy.Total, copy.Transferred, copy.Remaining, copy.DirtyRate);
}
