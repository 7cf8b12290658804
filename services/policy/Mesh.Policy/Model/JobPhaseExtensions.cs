using Mesh.Contracts.Telemetry;

namespace Mesh.Policy.Model;

/// <summary>What a job's phase means for a plan.</summary>
internal static class JobPhaseExtensions
{
    /// <summary>Whether the VM runs on the destination, or waits there for the rest of its memory.</summary>
    public static bool IsPostCopy(this JobPhase phase) => phase is JobPhase.PostCopy or JobPhase.PostCopyFailed;

    /// <summary>Whether the VM is paused on the source: QEMU is switching over, or somebody suspended the VM for the rest of its migration.</summary>
    public static bool IsPaused(this JobPhase phase, TuningParameters tuning) =>
        phase is JobPhase.SwitchOver || (tuning.IsSuspended && !phase.IsPostCopy());
}
