using System.Diagnostics.Metrics;
using Mesh.Contracts.Events;
using Mesh.Core;
using Mesh.Hosting.Telemetry;

namespace Mesh.Migrations.Host.Grains;

internal static class MigrationMetrics
{
    private static readonly Counter<long> Ends =
        MeshTelemetry.Meter.CreateCounter<long>(TelemetryNames.Metrics.MigrationsEnded, "{migration}", "Migrations that ended");

    private static readonly Histogram<double> TotalTimes =
        MeshTelemetry.Meter.CreateHistogram<double>(TelemetryNames.Metrics.MigrationDuration, "s", "Time from the request to the end of a migration");

    private static readonly Histogram<double> Downtimes =
        MeshTelemetry.Meter.CreateHistogram<double>(TelemetryNames.Metrics.MigrationDowntime, "s", "Actual downtime of migrated VMs");

    private static readonly Counter<long> Decisions =
        MeshTelemetry.Meter.CreateCounter<long>(TelemetryNames.Metrics.MigrationChanges, "{change}", "Changes to running migrations");

    public static void RecordDecision(MigrationState state, MigrationChangeRequested decided) => Decisions.Add(
        1,
        new KeyValuePair<string, object?>(TelemetryNames.Tags.PolicyName, state.Policy?.Policy.Name ?? "none"),
        new KeyValuePair<string, object?>(TelemetryNames.Tags.ChangeOrigin, MeshTelemetry.TagValue(decided.Origin)));

    public static void RecordEnd(MigrationEnded ended)
    {
        var outcome = new KeyValuePair<string, object?>(TelemetryNames.Tags.MigrationOutcome, MeshTelemetry.TagValue(ended.Outcome));
        Ends.Add(1, outcome);
        TotalTimes.Record(ended.TotalTime.TotalSeconds, outcome);
        if (ended.ActualDowntime is { } downtime)
            Downtimes.Record(downtime.TotalSeconds, outcome);
    }
}
