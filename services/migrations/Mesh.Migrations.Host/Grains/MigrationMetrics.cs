using System.Diagnostics.Metrics;
using System.Text.Json;
using Mesh.Contracts.Events;
using Mesh.Hosting.Telemetry;

namespace Mesh.Migrations.Host.Grains;

/// <summary>What is counted of migrations.</summary>
internal static class MigrationMetrics
{
    private static readonly Counter<long> Ends =
        MeshTelemetry.Meter.CreateCounter<long>("mesh.migrations.ended", "{migration}", "Migrations by their named end");

    private static readonly Histogram<double> TotalTimes =
        MeshTelemetry.Meter.CreateHistogram<double>("mesh.migration.duration", "s", "From the request to the named end");

    private static readonly Histogram<double> Downtimes =
        MeshTelemetry.Meter.CreateHistogram<double>("mesh.migration.downtime", "ms", "Actual downtime of migrations that moved the machine");

    private static readonly Counter<long> Decisions =
        MeshTelemetry.Meter.CreateCounter<long>("mesh.migration.decisions", "{change}", "Changes of migrations, by the kind of requester");

    public static void RecordDecision(MigrationState state, MigrationChangeRequested decided) => Decisions.Add(
        1,
        new KeyValuePair<string, object?>("policy", state.Policy?.Policy.Name ?? "none"),
        new KeyValuePair<string, object?>("by", JsonNamingPolicy.CamelCase.ConvertName(decided.Origin.ToString())));

    public static void RecordEnd(MigrationEnded ended)
    {
        var outcome = new KeyValuePair<string, object?>("outcome", ended.Outcome.ToString());
        Ends.Add(1, outcome);
        TotalTimes.Record(ended.TotalTime.TotalSeconds, outcome);
        if (ended.ActualDowntime is { } downtime)
            Downtimes.Record(downtime.TotalMilliseconds, outcome);
    }
}
