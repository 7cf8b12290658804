using System.Diagnostics.Metrics;
using Mesh.Hosting.Telemetry;

namespace Mesh.Agent.Telemetry;

/// <summary>What an agent counts and measures.</summary>
internal static class AgentMetrics
{
    /// <summary>Migrations that run on a host as their source; tag <c>host</c>.</summary>
    public static readonly UpDownCounter<long> RunningMigrations =
        MeshTelemetry.Meter.CreateUpDownCounter<long>("mesh.agent.migrations.running", "{migration}", "Migrations that run on the host as their source");

    /// <summary>Downtime of completed migrations; tag <c>host</c>.</summary>
    public static readonly Histogram<double> Downtime =
        MeshTelemetry.Meter.CreateHistogram<double>("mesh.migration.downtime", "ms", "Time that a machine stood still for its migration");

    /// <summary>Time from taking a job up to its end; tags <c>host</c>, <c>result</c>.</summary>
    public static readonly Histogram<double> JobDuration =
        MeshTelemetry.Meter.CreateHistogram<double>("mesh.agent.job.duration", "s", "Time from taking a migration job up to its end");

    /// <summary>Commands answered; tags <c>host</c>, <c>command</c>, <c>result</c>.</summary>
    public static readonly Counter<long> Commands =
        MeshTelemetry.Meter.CreateCounter<long>("mesh.agent.commands", "{command}", "Commands answered");

    /// <summary>Reports sent; tag <c>host</c>.</summary>
    public static readonly Counter<long> Reports =
        MeshTelemetry.Meter.CreateCounter<long>("mesh.agent.reports", "{report}", "Reports sent");
}
