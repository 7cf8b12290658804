namespace Mesh.Contracts.Migrations;

/// <summary>The named ends of a migration; each one has exactly one.</summary>
public enum MigrationOutcome
{
    /// <summary>The VM runs on the destination, moved by pre-copy.</summary>
    Completed,

    /// <summary>The VM runs on the destination, moved by post-copy.</summary>
    CompletedPostCopy,

    /// <summary>Nothing was started, because something forbade it; the reasons are given.</summary>
    Refused,

    /// <summary>A person or program aborted it; the VM runs on the source.</summary>
    AbortedByOperator,

    /// <summary>Its policy or timeout action aborted it; the VM runs on the source.</summary>
    AbortedByPolicy,

    /// <summary>A hard limit aborted it; the VM runs on the source.</summary>
    TimedOut,

    /// <summary>It failed; the VM is where the reason says, normally on the source.</summary>
    Failed,

    /// <summary>Neither host runs the VM.</summary>
    Lost,

    /// <summary>
    /// Post-copy lost its connection: the VM is paused with its memory split across both hosts. Both copies remain; neither may go
    /// on alone.
    /// </summary>
    PostCopyFailed,
}
