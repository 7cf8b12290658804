using Mesh.Contracts.Values;

namespace Mesh.Policy.Model;

/// <summary>What a switch-over costs.</summary>
internal static class SwitchOver
{
    /// <summary>QEMU's downtime limit where nobody has set one.</summary>
    public static readonly TimeSpan DefaultMaxDowntime = TimeSpan.FromMilliseconds(300);

    /// <summary>The most that QEMU takes as downtime limit: it switches over as soon as it can.</summary>
    public static readonly TimeSpan LargestMaxDowntime = TimeSpan.FromSeconds(2000);

    /// <summary>How long it takes to send what remains, in whole milliseconds as KubeVirt counts.</summary>
    /// <param name="remaining">What remains.</param>
    /// <param name="bandwidth">Bytes per second, more than 0.</param>
    public static TimeSpan EstimateDowntime(Bytes remaining, double bandwidth) =>
        TimeSpan.FromMilliseconds((long)Math.Min(remaining.Count / (bandwidth / 1000), uint.MaxValue));
}
