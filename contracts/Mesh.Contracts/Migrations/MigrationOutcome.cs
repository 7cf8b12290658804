namespace Mesh.Contracts.Migrations;

/// <summary>The outcomes of a migration; every migration has exactly one.</summary>
public enum MigrationOutcome
{
    /// <summary>The VM runs on the destination, moved by pre-copy.</summary>
    Completed,

    /// <summary>The VM runs on the destination, moved by post-copy.</summary>
    CompletedPostCopy,

    /// <summary>Nothing was started; the refusals list the reasons.</summary>
    Refused,

    /// <summary>A person or program aborted it; the VM runs on the source.</summary>
    AbortedByOperator,

    /// <summary>Its policy or timeout action aborted it; the VM runs on the source.</summary>
    AbortedByPolicy,

    /// <summary>A hard limit aborted it; the VM runs on the source.</summary>
    TimedOut,

    /// <summary>It failed; the reason says where the VM is, normally on the source.</summary>
    Failed,

    /// <summary>Neither host runs the VM.</summary>
    Lost,

    /// <summary>
    /// Post-copy lost its connection: the VM is paused with its memory split across both hosts. Both copies remain; neither can
    /// run alone.
    /// </summary>
    PostCopyFailed,

    /// <summary>
    /// The VM is on the destination, but not in the run state in which it started: paused, crashed or shut off there. The reason quotes
    /// the hypervisor.
    /// </summary>
    CompletedNotRunning,

    /// <summary>The guest shut down, crashed or was destroyed on its source before it was moved: it runs nowhere, and was not lost by the migration.</summary>
    GuestStopped,
}
