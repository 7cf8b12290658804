using Mesh.Contracts.Values;

namespace Mesh.Hypervisor;

/// <summary>QEMU's default and bounds of what a migration can be given.</summary>
public static class QemuLimits
{
    /// <summary>The downtime limit that applies unless one is set (<c>downtime-limit</c>).</summary>
    public static readonly TimeSpan DefaultMaxDowntime = TimeSpan.FromMilliseconds(300);

    /// <summary>The smallest downtime limit: QEMU counts whole milliseconds.</summary>
    public static readonly TimeSpan MaxDowntimeMin = TimeSpan.FromMilliseconds(1);

    /// <summary>The largest downtime limit (<c>MAX_MIGRATE_DOWNTIME</c>); with it QEMU switches over as soon as it can.</summary>
    public static readonly TimeSpan MaxDowntimeMax = TimeSpan.FromSeconds(2000);
}

/// <summary>libvirt's bounds of what a migration can be given.</summary>
public static class LibvirtLimits
{
    /// <summary>The lowest bandwidth limit above none: libvirt counts whole MiB/s.</summary>
    public static readonly BytesPerSecond BandwidthMin = new(1L << 20);

    /// <summary>The highest bandwidth limit in MiB/s; libvirt passes bytes per second to QEMU in 63 bits.</summary>
    public const long BandwidthMaxMebibytes = 8_796_093_022_207;

    /// <summary>The highest bandwidth limit.</summary>
    public static readonly BytesPerSecond BandwidthMax = new(BandwidthMaxMebibytes << 20);

    /// <summary>The most parallel connections; QEMU counts them in 8 bits.</summary>
    public const int ParallelConnectionsMax = 255;
}
