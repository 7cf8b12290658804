namespace Mesh.Contracts.Scheduling;

/// <summary>The state of one VM of a drain.</summary>
public enum DrainMoveState
{
    /// <summary>Not started.</summary>
    Pending,

    /// <summary>Its migration was asked for and has not ended.</summary>
    Migrating,

    /// <summary>It has left the host.</summary>
    Completed,

    /// <summary>It needs a person: it does not converge, or has failed too often.</summary>
    Failed,

    /// <summary>It is not moved any more: it was shut down meanwhile, or the drain was withdrawn.</summary>
    Skipped,
}
