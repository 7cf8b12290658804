using System.Text.Json.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>The state of one VM of a drain.</summary>
public enum DrainMoveState
{
    /// <summary>Not started yet.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>Its migration was requested and has not ended.</summary>
    [JsonStringEnumMemberName("migrating")]
    Migrating,

    /// <summary>It has left the host.</summary>
    [JsonStringEnumMemberName("completed")]
    Completed,

    /// <summary>It needs an operator: it does not converge, or has failed too often.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>It is no longer moved: it was shut down meanwhile, or the drain was cancelled.</summary>
    [JsonStringEnumMemberName("skipped")]
    Skipped,
}
