using System.Text.Json.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>The order in which a drain moves VMs.</summary>
public enum DrainOrder
{
    /// <summary>Longest predicted duration first, which empties a host soonest.</summary>
    [JsonStringEnumMemberName("longestFirst")]
    LongestFirst,

    /// <summary>Shortest predicted duration first, which moves the most VMs early.</summary>
    [JsonStringEnumMemberName("shortestFirst")]
    ShortestFirst,

    /// <summary>By name.</summary>
    [JsonStringEnumMemberName("byName")]
    ByName,
}
