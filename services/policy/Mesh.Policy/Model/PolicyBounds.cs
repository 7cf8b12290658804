using Mesh.Contracts.Values;
using Mesh.Documents;
using Mesh.Hypervisor;

namespace Mesh.Policy.Model;

/// <summary>The bounds of every value in a policy.</summary>
internal static class PolicyBounds
{
    public const int StepsMax = 256;
    public const int NameLengthMax = 63;
    public const int DescriptionLengthMax = 4000;
    public const int ParallelConnectionsMax = LibvirtLimits.ParallelConnectionsMax;
    public const int MigrationsMax = 100_000;
    public const long CountMax = 1_000_000;
    public const double FactorMax = 1000;
    public const double DataUnitsMax = 1_000_000;

    /// <summary>QEMU's bounds of the downtime limit.</summary>
    public static readonly ValueRange<TimeSpan> Downtime = Durations(QemuLimits.MaxDowntimeMax);

    public static readonly ValueRange<TimeSpan> Interval = Durations(TimeSpan.FromHours(1));

    public static readonly ValueRange<TimeSpan> Limit = Durations(TimeSpan.FromHours(720));

    /// <summary>libvirt takes whole MiB/s; the maximum is the largest that still fits into a 64-bit count of bytes.</summary>
    public static readonly ValueRange<BytesPerSecond> Bandwidth =
        new(LibvirtLimits.BandwidthMin, LibvirtLimits.BandwidthMax, $"a data rate from 1 MiB/s to {LibvirtLimits.BandwidthMaxMebibytes} MiB/s");

    public static readonly ValueRange<Bytes> DataUnit = new(new(1000_000), new(1L << 40), "a size from 1 MB to 1 TiB");

    private static ValueRange<TimeSpan> Durations(TimeSpan most) =>
        new(TimeSpan.FromMilliseconds(1), most, $"a duration from 1 ms to {(most.TotalHours >= 1 ? $"{most.TotalHours} h" : Units.Format(most))}");
}
