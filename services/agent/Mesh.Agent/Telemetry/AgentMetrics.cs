using System.Diagnostics.Metrics;
using Mesh.Core;
using Mesh.Hosting.Telemetry;

namespace Mesh.Agent.Telemetry;

internal static class AgentMetrics
{
    /// <summary>Migration jobs running with the host as their source; tag <c>mesh.host.name</c>.</summary>
    public static readonly UpDownCounter<long> RunningJobs =
        MeshTelemetry.Meter.CreateUpDownCounter<long>(TelemetryNames.Metrics.AgentJobsRunning, "{job}", "Migration jobs running with the host as their source");

    /// <summary>As the hypervisor measured it, also where the migration's outcome is still open.</summary>
    public static readonly Histogram<double> Downtime =
        MeshTelemetry.Meter.CreateHistogram<double>(TelemetryNames.Metrics.AgentJobDowntime, "s", "Downtime of completed migration jobs");

    /// <summary>Tags <c>mesh.host.name</c>, <c>mesh.job.result</c>.</summary>
    public static readonly Histogram<double> JobDuration =
        MeshTelemetry.Meter.CreateHistogram<double>(TelemetryNames.Metrics.AgentJobDuration, "s", "Duration of migration jobs");

    /// <summary>Tags <c>mesh.host.name</c>, <c>mesh.command.type</c>, <c>mesh.command.result</c>.</summary>
    public static readonly Counter<long> Commands =
        MeshTelemetry.Meter.CreateCounter<long>(TelemetryNames.Metrics.AgentCommands, "{command}", "Commands executed");

    public static readonly Counter<long> Reports =
        MeshTelemetry.Meter.CreateCounter<long>(TelemetryNames.Metrics.AgentReports, "{report}", "Reports sent");
}
