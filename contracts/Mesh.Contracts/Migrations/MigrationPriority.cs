namespace Mesh.Contracts.Migrations;

/// <summary>The priority of a migration in the queue; later values go first. It rises with the time in the queue, so that nothing starves.</summary>
public enum MigrationPriority
{
    /// <summary>Not urgent: load balancing.</summary>
    Balancing,

    /// <summary>A host is being drained.</summary>
    Drain,

    /// <summary>A person or program requested it for this VM.</summary>
    Operator,

    /// <summary>Urgent: the mesh's own VMs, a host about to fail.</summary>
    System,
}
