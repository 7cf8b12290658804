namespace Mesh.Scheduler.Batch;

/// <summary>Why an item was not placed.</summary>
public enum UnplacedReason
{
    /// <summary>No host is allowed for it.</summary>
    NoHostAllowed,

    /// <summary>No allowed host has room for it, even if it takes nothing else.</summary>
    TooLarge,

    /// <summary>Where there is room for it beside the others, a group keeps it away.</summary>
    GroupConflict,

    /// <summary>The room is taken by others.</summary>
    NoRoomLeft,
}
