using System.Diagnostics.Metrics;
using Mesh.Core;

namespace Mesh.Agent.Libvirt.Adapter;

internal static class LibvirtMetrics
{
    /// <summary>The name of every meter of the mesh: what is exported is chosen by it.</summary>
    public const string MeterName = "Mesh";

    private static readonly Meter Meter = new(MeterName);

    /// <summary>Duration of libvirt calls; tags <c>mesh.libvirt.call</c>, <c>mesh.libvirt.result</c> (ok, error, overdue).</summary>
    public static readonly Histogram<double> CallDuration =
        Meter.CreateHistogram<double>(TelemetryNames.Metrics.LibvirtCallDuration, "s", "Duration of libvirt calls");

    public static readonly Counter<long> LostEvents =
        Meter.CreateCounter<long>(TelemetryNames.Metrics.LibvirtEventsLost, "{event}", "libvirt events dropped because they were not read in time");
}
