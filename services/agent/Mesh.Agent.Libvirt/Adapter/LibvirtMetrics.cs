using System.Diagnostics.Metrics;

namespace Mesh.Agent.Libvirt.Adapter;

internal static class LibvirtMetrics
{
    /// <summary>The name of every meter of the mesh: what is exported is chosen by it.</summary>
    public const string MeterName = "Mesh";

    private static readonly Meter Meter = new(MeterName);

    /// <summary>Duration of libvirt calls; tags <c>call</c>, <c>outcome</c> (ok, error, overdue).</summary>
    public static readonly Histogram<double> CallDuration =
        Meter.CreateHistogram<double>("mesh.agent.libvirt.call.duration", "s", "Duration of libvirt calls");

    public static readonly Counter<long> LostEvents =
        Meter.CreateCounter<long>("mesh.agent.libvirt.events.lost", "{event}", "libvirt events dropped because they were not read in time");
}
