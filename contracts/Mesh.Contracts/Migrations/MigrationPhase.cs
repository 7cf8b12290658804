namespace Mesh.Contracts.Migrations;

/// <summary>Where a migration stands in the mesh's own account.</summary>
public enum MigrationPhase
{
    /// <summary>Waits for the scheduler to choose a destination and to admit it.</summary>
    Queued,

    /// <summary>The destination makes room: capacity is checked, images for copied disks are created.</summary>
    Preparing,

    /// <summary>The destination is prepared; waits for its turn to copy.</summary>
    Ready,

    /// <summary>The source was told to start and has not reported the job yet.</summary>
    Starting,

    /// <summary>Disks and memory are copied while the VM runs on the source.</summary>
    PreCopy,

    /// <summary>The VM is paused on the source and about to run on the destination.</summary>
    SwitchOver,

    /// <summary>The VM runs on the destination and pulls the rest of its memory from the source.</summary>
    PostCopy,

    /// <summary>The job is over; the end is named when both hosts' statuses support it.</summary>
    Confirming,

    /// <summary>The destination removes what was prepared there.</summary>
    CleaningUp,

    /// <summary>Ended; see the outcome.</summary>
    Ended,
}
