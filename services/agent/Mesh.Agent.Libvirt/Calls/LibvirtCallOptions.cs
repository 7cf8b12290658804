namespace Mesh.Agent.Libvirt;

/// <summary>The limits on calls to one daemon.</summary>
public sealed record LibvirtCallOptions
{
    /// <summary>
    /// How long a call may take unless said otherwise. Default: 15 s, three times the longest answer seen in a last round.
    /// </summary>
    public TimeSpan DefaultLimit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many calls run at once; more wait for their turn, within their limits. Default: 16.</summary>
    public int MaxConcurrentCalls { get; init; } = 16;

    /// <summary>
    /// How many calls may have passed their limit and not returned before no further one is started. Default: 8.
    /// </summary>
    public int MaxStuckCalls { get; init; } = 8;

    /// <summary>How many migrations may run, each on a thread of its own. Default: 256.</summary>
    public int MaxLongCalls { get; init; } = 256;
}
