using System.Text.Json.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>Where a drain stands.</summary>
public enum DrainState
{
    /// <summary>Only looked at: a dry run.</summary>
    [JsonStringEnumMemberName("planned")]
    Planned,

    /// <summary>Machines are moved.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>Every machine that could be moved has moved.</summary>
    [JsonStringEnumMemberName("completed")]
    Completed,

    /// <summary>Some machines are left that need a person.</summary>
    [JsonStringEnumMemberName("blocked")]
    Blocked,

    /// <summary>Somebody has withdrawn it.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,
}
