namespace Mesh.Contracts.Agents;

/// <summary>How a migration job ended for the hypervisor.</summary>
public enum JobResult
{
    /// <summary>The machine was handed over to the destination.</summary>
    Completed,

    /// <summary>It was cancelled; the machine goes on running on the source.</summary>
    Cancelled,

    /// <summary>It failed.</summary>
    Failed,
}
