namespace Mesh.Contracts.Telemetry;

/// <summary>The phase of a migration job on its source.</summary>
public enum JobPhase
{
    /// <summary>The job is being set up; nothing has been copied yet.</summary>
    Setup,

    /// <summary>Disks are copied, memory has not started.</summary>
    DiskCopy,

    /// <summary>Memory is copied while the VM runs on the source.</summary>
    PreCopy,

    /// <summary>The VM is paused and the last pages are sent.</summary>
    SwitchOver,

    /// <summary>The VM runs on the destination and pulls the rest of its memory.</summary>
    PostCopy,

    /// <summary>Post-copy lost its connection and waits for recovery.</summary>
    PostCopyFailed,

    /// <summary>The job has completed.</summary>
    Completed,
}
