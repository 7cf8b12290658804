using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Agents;

namespace Mesh.Agent.Jobs;

/// <summary>
/// How a job ended, from whatever is known. The return of the migrate call says it best; where that call was made by a process
/// that is gone, or lost its connection, the machine itself must tell.
/// </summary>
internal static class JobOutcomeResolver
{
    /// <summary>The end; null if the job is not over, or nobody can tell yet.</summary>
    public static JobOutcome? Resolve(JobEvidence clues)
    {
        if (clues.Call is { Outcome: MigrateOutcome.Completed } completed)
            return new JobOutcome(JobResult.Completed, completed.Error);

        // It runs on the destination and may still be made whole: that is no end, whatever the call says.
        if (clues.State is VmRunState.PausedPostCopy or VmRunState.PostCopyFailed)
            return null;

        return clues.Call is { Outcome: MigrateOutcome.Aborted or MigrateOutcome.Failed } call ? FromFailedCall(call, clues) : FromVmState(clues);
    }

    private static JobOutcome? FromFailedCall(MigrateResult call, JobEvidence clues)
    {
        if (!clues.IsStateKnown)
            return null;

        // The call failed and the machine moved all the same, as when post-copy lost its connection and found it again.
        if (clues.State is VmRunState.DownMigrated || (clues.State is null && clues.StoppedByMigration is true))
            return JobOutcome.Completed;

        return call.Outcome is MigrateOutcome.Aborted || clues.IsAbortRequested
            ? JobOutcome.Cancelled
            : new JobOutcome(JobResult.Failed, call.Error);
    }

    private static JobOutcome? FromVmState(JobEvidence clues)
    {
        if (clues.HasJob is not false || !clues.IsStateKnown)
            return null;

        return clues.State switch
        {
            VmRunState.DownMigrated => JobOutcome.Completed,
            VmRunState.Down => new JobOutcome(JobResult.Failed, "the machine stopped on the source while it was migrated"),
            null when clues.StoppedByMigration is false => new JobOutcome(JobResult.Failed, "the machine stopped on the source while it was migrated"),
            null => JobOutcome.Completed,
            _ when clues.IsAbortRequested => JobOutcome.Cancelled with { IsInferred = true },
            _ => new JobOutcome(
                JobResult.Failed, "the job ended while neither agent nor libvirt kept account of it; the machine is on the source")
            { IsInferred = true },
        };
    }
}

/// <summary>How a job ended.</summary>
/// <param name="Result">The result.</param>
/// <param name="Error">The hypervisor's words, or the agent's where it has none.</param>
internal sealed record JobOutcome(JobResult Result, string Error)
{
    /// <summary>Whether no answer of the hypervisor says so, and only what is seen of the machine here.</summary>
    public bool IsInferred { get; init; }

    public static readonly JobOutcome Completed = new(JobResult.Completed, "");

    public static readonly JobOutcome Cancelled = new(JobResult.Cancelled, "");
}

/// <summary>What is known of a job that may be over.</summary>
/// <param name="Call">What the migrate call returned; null if it has not, or is not ours.</param>
/// <param name="HasJob">Whether the hypervisor knows of an outgoing job; null if it does not answer.</param>
/// <param name="IsStateKnown">Whether the hypervisor told which machines there are, after the above.</param>
/// <param name="State">The machine's state; null if it is not there.</param>
/// <param name="StoppedByMigration">Whether the machine was seen to stop: true for a migration, false for another reason, null if not seen.</param>
/// <param name="IsAbortRequested">Whether an abort was asked for.</param>
internal sealed record JobEvidence(
    MigrateResult? Call, bool? HasJob, bool IsStateKnown, VmRunState? State, bool? StoppedByMigration, bool IsAbortRequested);
