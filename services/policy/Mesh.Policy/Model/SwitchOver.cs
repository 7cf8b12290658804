using Mesh.Contracts.Values;

namespace Mesh.Policy.Model;

/// <summary>QEMU's switchover.</summary>
internal static class SwitchOver
{
    /// <summary>How long it takes to send what remains, in whole milliseconds, as KubeVirt rounds it.</summary>
    /// <param name="remaining">What remains.</param>
    /// <param name="bandwidth">Bytes per second, more than 0.</param>
    public static TimeSpan EstimateDowntime(Bytes remaining, double bandwidth) =>
        TimeSpan.FromMilliseconds((long)Math.Min(remaining.Count / (bandwidth / 1000), uint.MaxValue));
}
