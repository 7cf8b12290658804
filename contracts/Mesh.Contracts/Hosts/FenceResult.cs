namespace Mesh.Contracts.Hosts;

/// <summary>The result of a request to fence a host.</summary>
public enum FenceResult
{
    /// <summary>The host is off, as confirmed by the operator.</summary>
    Fenced,

    /// <summary>The fence command is running; the host's view shows when the host is known to be off, or why the command failed.</summary>
    Started,

    /// <summary>Not fenced; nothing was done. The explanation says why.</summary>
    Refused,

    /// <summary>No agent has reported a host of that name.</summary>
    NotFound,
}
