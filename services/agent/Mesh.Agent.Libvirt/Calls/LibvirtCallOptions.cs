namespace Mesh.Agent.Libvirt;

/// <summary>The limits on calls to one daemon.</summary>
public sealed record LibvirtCallOptions
{
    /// <summary>
    /// The default limit of a call. Default: 15 s, three times the longest response seen during a final pass.
    /// </summary>
    public TimeSpan DefaultLimit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many calls run at once; others wait for a free slot, within their limits. Default: 16.</summary>
    public int MaxConcurrentCalls { get; init; } = 16;

    /// <summary>
    /// How many calls may be stuck, beyond their limit, before no further one is started. Default: 8.
    /// </summary>
    public int MaxStuckCalls { get; init; } = 8;

    /// <summary>How many migrations may run, each on its own thread. Default: 256.</summary>
    public int MaxLongCalls { get; init; } = 256;
}
