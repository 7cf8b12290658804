namespace Mesh.Contracts.Policies;

/// <summary>What may be done to a VM while it is migrated.</summary>
public sealed record PolicyPermissions
{
    /// <summary>Whether its vCPUs may be throttled, by the policy or by QEMU's auto-converge.</summary>
    public bool Throttle { get; init; }

    /// <summary>Whether it may switch to post-copy, during which the loss of either host loses the VM.</summary>
    public bool PostCopy { get; init; }

    /// <summary>Whether it may be suspended for the rest of its migration.</summary>
    public bool Suspend { get; init; }

    /// <summary>Whether its memory may be compressed, which costs CPU time on both hosts.</summary>
    public bool Compression { get; init; }

    /// <summary>Everything is permitted.</summary>
    public static readonly PolicyPermissions All = new() { Throttle = true, PostCopy = true, Suspend = true, Compression = true };

    /// <summary>What both permit.</summary>
    public PolicyPermissions Intersect(PolicyPermissions other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new()
        {
            Throttle = Throttle && other.Throttle,
            PostCopy = PostCopy && other.PostCopy,
            Suspend = Suspend && other.Suspend,
            Compression = Compression && other.Compression,
        };
    }
}
