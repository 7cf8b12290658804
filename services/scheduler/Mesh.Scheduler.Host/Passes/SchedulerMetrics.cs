using System.Diagnostics.Metrics;
using Mesh.Contracts.Scheduling;
using Mesh.Core;
using Mesh.Hosting.Telemetry;
using Mesh.Scheduler.Queueing;

namespace Mesh.Scheduler.Host.Passes;

internal static class SchedulerMetrics
{
    private static readonly Gauge<int> Waiting =
        MeshTelemetry.Meter.CreateGauge<int>(TelemetryNames.Metrics.QueueWaiting, "{migration}", "Migrations waiting for admission, or prepared and waiting to copy");

    private static readonly Counter<long> Admissions =
        MeshTelemetry.Meter.CreateCounter<long>(TelemetryNames.Metrics.QueueAdmitted, "{attempt}", "Attempts admitted");

    private static readonly Counter<long> Rejections =
        MeshTelemetry.Meter.CreateCounter<long>(TelemetryNames.Metrics.QueueRejected, "{migration}", "Migrations given up because no host is eligible");

    private static readonly Histogram<double> Waits =
        MeshTelemetry.Meter.CreateHistogram<double>(TelemetryNames.Metrics.QueueWaitDuration, "s", "Time from queueing to admission");

    public static void Record(Fleet fleet, AdmissionDecision decision)
    {
        Waiting.Record(decision.Waiting.Count);
        Rejections.Add(decision.Rejections.Count);
        foreach (var admission in decision.Admissions.Where(admission => admission.Placement is not null))
        {
            var migration = fleet.Migrations.First(migration => migration.Id == admission.Id);
            var priority = new KeyValuePair<string, object?>(TelemetryNames.Tags.MigrationPriority, MeshTelemetry.TagValue(migration.Priority));
            Admissions.Add(1, priority);
            Waits.Record((fleet.TakenAt - (migration.QueuedAt ?? fleet.TakenAt)).TotalSeconds, priority);
        }
    }
}
