namespace Mesh.Contracts.Agents;

/// <summary>How a migration job ended for the hypervisor.</summary>
public enum JobResult
{
    /// <summary>The VM was transferred to the destination.</summary>
    Completed,

    /// <summary>It was cancelled; the VM keeps running on the source.</summary>
    Cancelled,

    /// <summary>It failed.</summary>
    Failed,
}
