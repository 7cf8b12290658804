using System.Diagnostics.Metrics;
using Mesh.Hosting.Telemetry;

namespace Mesh.Agent.Telemetry;

internal static class AgentMetrics
{
    /// <summary>Migrations running with the host as their source; tag <c>host</c>.</summary>
    public static readonly UpDownCounter<long> RunningMigrations =
        MeshTelemetry.Meter.CreateUpDownCounter<long>("mesh.agent.migrations.running", "{migration}", "Migrations running with the host as their source");

    /// <summary>Downtime of completed migrations; tag <c>host</c>.</summary>
    public static readonly Histogram<double> Downtime =
        MeshTelemetry.Meter.CreateHistogram<double>("mesh.migration.downtime", "ms", "Downtime of VMs during migration");

    /// <summary>Duration of migration jobs; tags <c>host</c>, <c>result</c>.</summary>
    public static readonly Histogram<double> JobDuration =
        MeshTelemetry.Meter.CreateHistogram<double>("mesh.agent.job.duration", "s", "Duration of migration jobs");

    /// <summary>Commands executed; tags <c>host</c>, <c>command</c>, <c>result</c>.</summary>
    public static readonly Counter<long> Commands =
        MeshTelemetry.Meter.CreateCounter<long>("mesh.agent.commands", "{command}", "Commands executed");

    /// <summary>Reports sent; tag <c>host</c>.</summary>
    public static readonly Counter<long> Reports =
        MeshTelemetry.Meter.CreateCounter<long>("mesh.agent.reports", "{report}", "Reports sent");
}
