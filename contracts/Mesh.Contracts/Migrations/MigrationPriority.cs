namespace Mesh.Contracts.Migrations;

/// <summary>How much a migration matters beside others that wait; later ones go first. One that waits rises with time, so that nothing starves.</summary>
public enum MigrationPriority
{
    /// <summary>Not urgent: load balancing.</summary>
    Balancing,

    /// <summary>A host is being emptied.</summary>
    Drain,

    /// <summary>A person or program asked for this VM.</summary>
    Operator,

    /// <summary>It cannot wait: the mesh's own VMs, a host about to fail.</summary>
    System,
}
