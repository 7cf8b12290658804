namespace Mesh.Agent.Libvirt;

/// <summary>What started a job (<c>virDomainJobOperation</c>).</summary>
public enum DomainJobOperation
{
    /// <summary>Not known (<c>VIR_DOMAIN_JOB_OPERATION_UNKNOWN</c>).</summary>
    Unknown = 0,

    /// <summary>Starting the domain (<c>VIR_DOMAIN_JOB_OPERATION_START</c>).</summary>
    Start = 1,

    /// <summary>Saving it to a file (<c>VIR_DOMAIN_JOB_OPERATION_SAVE</c>).</summary>
    Save = 2,

    /// <summary>Restoring it from a file (<c>VIR_DOMAIN_JOB_OPERATION_RESTORE</c>).</summary>
    Restore = 3,

    /// <summary>A migration that arrives here (<c>VIR_DOMAIN_JOB_OPERATION_MIGRATION_IN</c>).</summary>
    MigrationIn = 4,

    /// <summary>A migration that leaves from here (<c>VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT</c>).</summary>
    MigrationOut = 5,

    /// <summary>Taking a snapshot (<c>VIR_DOMAIN_JOB_OPERATION_SNAPSHOT</c>).</summary>
    Snapshot = 6,

    /// <summary>Reverting to a snapshot (<c>VIR_DOMAIN_JOB_OPERATION_SNAPSHOT_REVERT</c>).</summary>
    SnapshotRevert = 7,

    /// <summary>Dumping its memory (<c>VIR_DOMAIN_JOB_OPERATION_DUMP</c>).</summary>
    Dump = 8,

    /// <summary>A backup (<c>VIR_DOMAIN_JOB_OPERATION_BACKUP</c>).</summary>
    Backup = 9,

    /// <summary>Deleting a snapshot (<c>VIR_DOMAIN_JOB_OPERATION_SNAPSHOT_DELETE</c>).</summary>
    SnapshotDelete = 10,
}
