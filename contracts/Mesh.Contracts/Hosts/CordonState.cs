using System.Text.Json.Serialization;

namespace Mesh.Contracts.Hosts;

/// <summary>How far a host is out of use.</summary>
public enum CordonState
{
    /// <summary>Cordoned: VMs stay, no VM is placed on it.</summary>
    [JsonStringEnumMemberName("cordoned")]
    Cordoned,

    /// <summary>Draining: VMs are moved away, no VM is placed on it.</summary>
    [JsonStringEnumMemberName("draining")]
    Draining,

    /// <summary>No VM runs on it and none is placed on it: ready for maintenance.</summary>
    [JsonStringEnumMemberName("maintenance")]
    Maintenance,
}
