using System.Text.Json.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>In which order a drain moves VMs.</summary>
public enum DrainOrder
{
    /// <summary>Those first that are predicted to take longest, which empties a host soonest.</summary>
    [JsonStringEnumMemberName("longestFirst")]
    LongestFirst,

    /// <summary>Those first that are predicted to take shortest, which frees the most machines early.</summary>
    [JsonStringEnumMemberName("shortestFirst")]
    ShortestFirst,

    /// <summary>By name.</summary>
    [JsonStringEnumMemberName("byName")]
    ByName,
}
