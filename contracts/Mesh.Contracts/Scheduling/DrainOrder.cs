namespace Mesh.Contracts.Scheduling;

/// <summary>In which order a drain moves VMs.</summary>
public enum DrainOrder
{
    /// <summary>Those first that are predicted to take longest, which empties a host soonest.</summary>
    LongestFirst,

    /// <summary>Those with the shortest predicted duration first, which frees the most VMs early.</summary>
    ShortestFirst,

    /// <summary>By name.</summary>
    ByName,
}
