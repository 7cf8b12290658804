using System.Text.Json.Serialization;

namespace Mesh.Contracts.Hosts;

/// <summary>How far a host is taken out of use.</summary>
public enum CordonState
{
    /// <summary>Machines stay, none comes.</summary>
    [JsonStringEnumMemberName("cordoned")]
    Cordoned,

    /// <summary>Machines are moved away, none comes.</summary>
    [JsonStringEnumMemberName("draining")]
    Draining,

    /// <summary>Empty of running machines, none comes: it may be worked on.</summary>
    [JsonStringEnumMemberName("maintenance")]
    Maintenance,
}
