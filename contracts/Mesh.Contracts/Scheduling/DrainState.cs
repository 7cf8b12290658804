using System.Text.Json.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>The state of a drain.</summary>
public enum DrainState
{
    /// <summary>Only planned: a dry run.</summary>
    [JsonStringEnumMemberName("planned")]
    Planned,

    /// <summary>VMs are being moved.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>Every movable VM has moved.</summary>
    [JsonStringEnumMemberName("completed")]
    Completed,

    /// <summary>Some VMs are left that need an operator.</summary>
    [JsonStringEnumMemberName("blocked")]
    Blocked,

    /// <summary>It was cancelled.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,
}
