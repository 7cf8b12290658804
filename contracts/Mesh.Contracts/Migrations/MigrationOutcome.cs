namespace Mesh.Contracts.Migrations;

/// <summary>The named ends of a migration; each one has exactly one.</summary>
public enum MigrationOutcome
{
    /// <summary>The machine runs on the destination, moved by pre-copy.</summary>
    Completed,

    /// <summary>The machine runs on the destination, moved by post-copy.</summary>
    CompletedPostCopy,

    /// <summary>Nothing was started, because something forbade it; the reasons are given.</summary>
    Refused,

    /// <summary>A person or program aborted it; the machine runs on the source.</summary>
    AbortedByOperator,

    /// <summary>Its policy or timeout action aborted it; the machine runs on the source.</summary>
    AbortedByPolicy,

    /// <summary>A hard limit aborted it; the machine runs on the source.</summary>
    TimedOut,

    /// <summary>It failed; the machine is where the reason says, normally on the source.</summary>
    Failed,

    /// <summary>Neither host runs the machine any more.</summary>
    Lost,

    /// <summary>
    /// Post-copy lost its connection: the machine stands still with its memory on both hosts. Both copies are kept; neither may go
    /// on alone.
    /// </summary>
    PostCopyFailed,
}
