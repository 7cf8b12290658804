namespace Mesh.Agent.Libvirt;

/// <summary>How much CPU time each virtual CPU may use: a quota in each period (scheduler parameters of QEMU domains).</summary>
/// <param name="QuotaMicroseconds">Time in each period (<c>vcpu_quota</c>); negative or 0 for no limit, null when not
/// told.</param>
/// <param name="PeriodMicroseconds">Length of the period (<c>vcpu_period</c>); null when not told.</param>
public sealed record VcpuQuota(long? QuotaMicroseconds, long? PeriodMicroseconds)
{
    /// <summary>The quota that lifts the limit: -1.</summary>
    public const long Unlimited = -1;

    /// <summary>Whether the virtual CPUs run without a limit.</summary>
    public bool IsUnlimited => QuotaMicroseconds is null or <= 0;
}
