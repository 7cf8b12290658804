namespace Mesh.Agent.Libvirt;

/// <summary>What goes along with a definition (<c>virDomainUndefineFlagsValues</c>).</summary>
[Flags]
public enum DomainUndefineFlags
{
    /// <summary>Nothing: undefining fails when there is something.</summary>
    None = 0,

    /// <summary>The saved state (<c>VIR_DOMAIN_UNDEFINE_MANAGED_SAVE</c>).</summary>
    ManagedSave = 1 << 0,

    /// <summary>The descriptions of its snapshots (<c>VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA</c>).</summary>
    SnapshotsMetadata = 1 << 1,

    /// <summary>The NVRAM file (<c>VIR_DOMAIN_UNDEFINE_NVRAM</c>).</summary>
    Nvram = 1 << 2,

    /// <summary>Not the NVRAM file (<c>VIR_DOMAIN_UNDEFINE_KEEP_NVRAM</c>).</summary>
    KeepNvram = 1 << 3,

    /// <summary>The descriptions of its checkpoints (<c>VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA</c>).</summary>
    CheckpointsMetadata = 1 << 4,
}
