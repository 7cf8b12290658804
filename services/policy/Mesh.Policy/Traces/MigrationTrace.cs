using Mesh.Contracts.Telemetry;
using Mesh.Policy.Model;

namespace Mesh.Policy.Traces;

/// <summary>A migration's telemetry, to try policies on.</summary>
/// <param name="Subject">The migration. Whether post-copy is armed is left to the policy that is tried.</param>
/// <param name="Samples">Its telemetry, in order of time.</param>
public sealed record MigrationTrace(PlanSubject Subject, IReadOnlyList<TraceSample> Samples);

/// <summary>Telemetry at one moment: a line of a trace.</summary>
/// <param name="Phase">What the job did; <see cref="JobPhase.SwitchOver"/> while the VM was paused on the source for any reason.</param>
/// <param name="Copy">Its statistics.</param>
public sealed record TraceSample(JobPhase Phase, CopyStatistics Copy)
{
    /// <summary>Telemetry as a trace has it.</summary>
    /// <param name="phase">What the job did.</param>
    /// <param name="copy">Its statistics.</param>
    /// <param name="isSuspended">Whether somebody had suspended the VM for the rest of its migration.</param>
    public static TraceSample FromTelemetry(JobPhase phase, CopyStatistics copy, bool isSuspended) =>
        new(phase.IsPaused(new TuningParameters { IsSuspended = isSuspended }) ? JobPhase.SwitchOver : phase, copy);
}
