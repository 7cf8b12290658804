namespace Mesh.Contracts.Hosts;

/// <summary>How fencing a host went.</summary>
public enum FenceResult
{
    /// <summary>The host is off, by the operator's word.</summary>
    Fenced,

    /// <summary>The fence command runs; the host's view tells when it is off for certain, or why not.</summary>
    Started,

    /// <summary>Not fenced, because something speaks against it; nothing was done.</summary>
    Refused,
}
