namespace Mesh.Contracts.Policies;

/// <summary>What may be done to a VM while it is migrated.</summary>
public sealed record PolicyPermissions
{
    /// <summary>Whether its CPUs may be slowed down, by the policy; QEMU's own auto-converge included.</summary>
    public bool Throttle { get; init; }

    /// <summary>Whether it may be moved by post-copy, where the loss of either host loses the VM.</summary>
    public bool PostCopy { get; init; }

    /// <summary>Whether it may be suspended for the rest of its migration.</summary>
    public bool Suspend { get; init; }

    /// <summary>Whether its memory may be compressed, which costs processor time on both hosts.</summary>
    public bool Compression { get; init; }

    /// <summary>Everything permitted.</summary>
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
