namespace Mesh.Simulation.Faults;

/// <summary>What the mesh has no named end for yet; a fault of these kinds is not made until it has.</summary>
internal static class FaultLimits
{
    /// <summary>Whether a migration may fail in post-copy.</summary>
    public const bool PostCopyMayFail = true;

    /// <summary>Whether an agent may lose its state while a job leaves its host.</summary>
    public const bool StateLossDuringJob = true;

    /// <summary>
    /// Whether an agent may lose its state on a host whose clock was set back: its new start seems older than the one before, and nothing that
    /// it says counts until it is started once more, later than that.
    /// </summary>
    public const bool StateLossAfterClockJump = false;

    /// <summary>Whether a source's daemon may die between hand-over and confirmation, which leaves a paused copy there.</summary>
    public const bool OrphansMayRemain = true;
}
