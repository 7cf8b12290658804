using System.Diagnostics.Metrics;
using Mesh.Core;

namespace Mesh.Agent.Libvirt.Adapter;

internal static class LibvirtMetrics
{
    private static readonly Meter Meter = new(TelemetryNames.Source);

    public static readonly Histogram<double> CallDuration =
        Meter.CreateHistogram<double>(TelemetryNames.Metrics.LibvirtCallDuration, "s", "Duration of libvirt calls");

    public static readonly Counter<long> LostEvents =
        Meter.CreateCounter<long>(TelemetryNames.Metrics.LibvirtEventsLost, "{event}", "libvirt events dropped because they were not read in time");
}
