using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Agents;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Decides how a job ended. The result of the migrate call is the best evidence; where an earlier process made that call, or it lost its
/// connection, the VM's state decides.
/// </summary>
internal static class JobOutcomeResolver
{
    /// <summary>The outcome; null if the job has not ended, or that is not known yet.</summary>
    public static JobOutcome? Resolve(JobEvidence evidence)
    {
        if (evidence.Call is { Outcome: MigrateOutcome.Completed } completed)
            return new JobOutcome(JobResult.Completed, completed.Error);

        // The VM runs on the destination and can still be recovered: that is not the end, whatever the call returned.
        if (evidence.State is VmRunState.PausedPostCopy or VmRunState.PostCopyFailed)
            return null;

        return evidence.Call is { Outcome: MigrateOutcome.Aborted or MigrateOutcome.Failed } call ? FromFailedCall(call, evidence) : FromVmState(evidence);
    }

    private static JobOutcome? FromFailedCall(MigrateResult call, JobEvidence evidence)
    {
        if (!evidence.IsStateKnown)
            return null;

        // The call failed and the VM has moved all the same, as when post-copy lost its connection and recovered.
        if (evidence.State is VmRunState.DownMigrated || (evidence.State is null && evidence.StoppedByMigration is true))
            return JobOutcome.Completed;

        return call.Outcome is MigrateOutcome.Aborted || evidence.IsAbortRequested
            ? JobOutcome.Cancelled
            : new JobOutcome(JobResult.Failed, call.Error) { GuestStopped = HasStopped(evidence) };
    }

    private static bool HasStopped(JobEvidence evidence) =>
        evidence.State is VmRunState.Down || (evidence.State is null && evidence.StoppedByMigration is false);

    private static JobOutcome? FromVmState(JobEvidence evidence)
    {
        if (evidence.HasJob is not false || !evidence.IsStateKnown)
            return null;

        return evidence.State switch
        {
            VmRunState.DownMigrated => JobOutcome.Completed,
            VmRunState.Down or null when HasStopped(evidence) => new JobOutcome(JobResult.Failed, "the VM stopped on the source during its migration") { GuestStopped = true },
            null => JobOutcome.Completed,
            _ when evidence.IsAbortRequested => JobOutcome.Cancelled with { IsInferred = true },
            _ => new JobOutcome(
                JobResult.Failed, "the job ended unobserved by agent and libvirt; the VM is on the source")
            { IsInferred = true },
        };
    }
}

/// <summary>How a job ended, with the hypervisor's error, or the agent's where it has none.</summary>
internal sealed record JobOutcome(JobResult Result, string Error)
{
    /// <summary>The outcome was inferred from the VM's state here, without an answer from the hypervisor.</summary>
    public bool IsInferred { get; init; }

    /// <summary>The guest stopped here, and not because of the migration.</summary>
    public bool GuestStopped { get; init; }

    public static readonly JobOutcome Completed = new(JobResult.Completed, "");

    public static readonly JobOutcome Cancelled = new(JobResult.Cancelled, "");
}

/// <summary>What is known of a job that may have ended.</summary>
/// <param name="Call">What the migrate call returned; null if it has not, or if another process made it.</param>
/// <param name="HasJob">Whether the VM has an outgoing job; null if the hypervisor does not respond.</param>
/// <param name="IsStateKnown">Whether the hypervisor listed its VMs after that.</param>
/// <param name="State">The VM's state; null if it was not listed.</param>
/// <param name="StoppedByMigration">Whether a stop event was seen: true for a migration, false for another reason, null if none was seen.</param>
/// <param name="IsAbortRequested">Whether an abort was requested.</param>
internal sealed record JobEvidence(
    MigrateResult? Call, bool? HasJob, bool IsStateKnown, VmRunState? State, bool? StoppedByMigration, bool IsAbortRequested);
