using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Queueing;

/// <summary>What there is only so much of.</summary>
internal enum SlotResource
{
    /// <summary>Migrations that prepare on a host.</summary>
    Preparing,

    /// <summary>Migrations that copy away from a host.</summary>
    Outbound,

    /// <summary>Migrations that copy to a host.</summary>
    Inbound,

    /// <summary>Migrations that may change over to post-copy, over a host's link.</summary>
    PostCopyArmed,

    /// <summary>Migrations that are in post-copy, over a host's link.</summary>
    PostCopyRunning,

    /// <summary>Migrations that copy in the whole mesh. The last, because it is waited for only when the hosts are free.</summary>
    Mesh,
}

/// <summary>One of the things that a migration needs in order to go on.</summary>
/// <param name="Resource">What.</param>
/// <param name="Host">Of which host; the default for the whole mesh.</param>
/// <param name="Limit">How many may have it at once, this migration included; above zero, or it is never to be had.</param>
/// <param name="IsLink">Whether it is the link's bandwidth that sets the limit.</param>
internal sealed record SlotNeed(SlotResource Resource, HostName Host, int Limit, bool IsLink = false)
{
    /// <summary>What is counted.</summary>
    public (SlotResource Resource, HostName Host) Key => (Resource, Host);

    /// <summary>Whether who has it takes one of it; a new transfer only waits for a post-copy to be over.</summary>
    public bool IsConsumed => Resource != SlotResource.PostCopyRunning;
}
