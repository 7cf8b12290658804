using Mesh.Contracts.Values;

namespace Mesh.Policy.Model;

/// <summary>QEMU's switchover.</summary>
internal static class SwitchOver
{
    /// <summary>QEMU's default for the maximum downtime.</summary>
    public static readonly TimeSpan DefaultMaxDowntime = TimeSpan.FromMilliseconds(300);

    /// <summary>The largest maximum downtime that QEMU accepts; with it, QEMU switches over as soon as it can.</summary>
    public static readonly TimeSpan LargestMaxDowntime = TimeSpan.FromSeconds(2000);

    /// <summary>How long it takes to send what remains, in whole milliseconds, as KubeVirt rounds it.</summary>
    /// <param name="remaining">What remains.</param>
    /// <param name="bandwidth">Bytes per second, more than 0.</param>
    public static TimeSpan EstimateDowntime(Bytes remaining, double bandwidth) =>
        TimeSpan.FromMilliseconds((long)Math.Min(remaining.Count / (bandwidth / 1000), uint.MaxValue));
}
