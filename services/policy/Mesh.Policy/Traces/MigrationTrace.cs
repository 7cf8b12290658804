using Mesh.Contracts.Documents;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Policy.Model;

namespace Mesh.Policy.Traces;

/// <summary>A migration's recorded telemetry, to try policies on.</summary>
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

/// <summary>The result of reading a trace.</summary>
/// <param name="Trace">The trace; null if it is invalid.</param>
/// <param name="Diagnostics">Its errors by line, at most the first twenty; a field is such as <c>vm.memory_bytes</c>.</param>
public sealed record TraceReadResult(MigrationTrace? Trace, IReadOnlyList<DocumentDiagnostic> Diagnostics);

/// <summary>Tries a policy on a recorded migration.</summary>
public static class PolicyReplay
{
    /// <summary>
    /// The policy's actions, in order. The trace continues as recorded, whatever the policy does; the replay ends with an abort or the
    /// switch to post-copy. Post-copy counts as armed where the policy arms it and both policy and trace allow it.
    /// </summary>
    public static IReadOnlyList<PlannedAction> Run(MigrationPolicy policy, MigrationTrace trace)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(trace);
        var isArmed = policy.Start.PostCopy && policy.Permits.PostCopy && trace.Subject.Allow.PostCopy;
        var plan = PolicyEngine.CreatePlan(policy, trace.Subject with { IsPostCopyArmed = isArmed });
        var actions = new List<PlannedAction>();
        foreach (var sample in trace.Samples)
        {
            var planned = PolicyEngine.EvaluateSample(plan, sample.Phase, sample.Copy);
            plan = planned.Plan;
            actions.AddRange(planned.Actions);
            if (planned.Actions.Any(action => action.Kind is PolicyActionKind.Abort or PolicyActionKind.PostCopy))
                break;
        }

        return actions;
    }
}
