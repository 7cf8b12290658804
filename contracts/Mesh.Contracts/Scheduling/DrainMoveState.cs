using System.Text.Json.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>The state of one VM of a drain.</summary>
public enum DrainMoveState
{
    /// <summary>Its turn has not come.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>Its migration was asked for and has not ended.</summary>
    [JsonStringEnumMemberName("migrating")]
    Migrating,

    /// <summary>It has left the host.</summary>
    [JsonStringEnumMemberName("completed")]
    Completed,

    /// <summary>It needs a person: it does not converge, or has failed too often.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>It is not moved any more: it was shut down meanwhile, or the drain was withdrawn.</summary>
    [JsonStringEnumMemberName("skipped")]
    Skipped,
}
