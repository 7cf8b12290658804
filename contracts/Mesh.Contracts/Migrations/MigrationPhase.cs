namespace Mesh.Contracts.Migrations;

/// <summary>The phase of a migration, as the mesh tracks it.</summary>
public enum MigrationPhase
{
    /// <summary>Waits for the scheduler to choose a destination and admit it.</summary>
    Queued,

    /// <summary>The destination prepares: it checks capacity and creates images for copied disks.</summary>
    Preparing,

    /// <summary>The destination is prepared; the migration waits for admission to copy.</summary>
    Ready,

    /// <summary>The source was sent the start command and has not reported the job yet.</summary>
    Starting,

    /// <summary>Disks and memory are copied while the VM runs on the source.</summary>
    PreCopy,

    /// <summary>The VM is paused on the source and about to run on the destination.</summary>
    SwitchOver,

    /// <summary>The VM runs on the destination and pulls the rest of its memory from the source.</summary>
    PostCopy,

    /// <summary>The job has ended; the outcome is announced when both hosts' reports agree.</summary>
    Confirming,

    /// <summary>The destination removes what it prepared.</summary>
    CleaningUp,

    /// <summary>Ended; see the outcome.</summary>
    Ended,
}
