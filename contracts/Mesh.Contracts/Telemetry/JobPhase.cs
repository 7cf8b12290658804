namespace Mesh.Contracts.Telemetry;

/// <summary>What a host's migration job does.</summary>
public enum JobPhase
{
    /// <summary>Being set up; nothing has been copied yet.</summary>
    Setup,

    /// <summary>Disks are copied, memory has yet to begin.</summary>
    DiskCopy,

    /// <summary>Memory is copied while the machine runs on the source.</summary>
    PreCopy,

    /// <summary>The machine is paused and the last pages go out.</summary>
    SwitchOver,

    /// <summary>The machine runs on the destination and pulls the rest.</summary>
    PostCopy,

    /// <summary>Post-copy lost its connection and waits for recovery.</summary>
    PostCopyFailed,

    /// <summary>The job has ended well.</summary>
    Completed,
}
