namespace Mesh.Simulation.Faults;

/// <summary>Faults for which the mesh has no defined outcome are disabled here.</summary>
internal static class FaultLimits
{
    /// <summary>Whether a migration may fail in post-copy.</summary>
    public const bool PostCopyMayFail = true;

    /// <summary>Whether an agent may lose its state while a job leaves its host.</summary>
    public const bool StateLossDuringJob = true;

    /// <summary>
    /// Whether it may while its policy never aborts: without its record the agent controls the job no more, and if the job does not converge,
    /// only fencing its host ends the migration (seed 695).
    /// </summary>
    public const bool StateLossWithoutAbort = false;

    /// <summary>
    /// Whether an agent may lose its state on a host whose clock was set back: its new agent epoch is then older than the previous one, and
    /// its reports are rejected until it restarts after the clock has caught up.
    /// </summary>
    public const bool StateLossAfterClockJump = false;

    /// <summary>Whether a source's daemon may die between handover and confirmation, which leaves a paused copy there.</summary>
    public const bool OrphansMayRemain = true;
}
