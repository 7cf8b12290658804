using System.Diagnostics.Metrics;
using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Telemetry;
using Mesh.Scheduler.Queueing;

namespace Mesh.Scheduler.Host.Passes;

/// <summary>The metrics of the queue.</summary>
internal static class SchedulerMetrics
{
    private static readonly Gauge<int> Waiting =
        MeshTelemetry.Meter.CreateGauge<int>("mesh.queue.waiting", "{migration}", "Queued migrations, and prepared ones that wait for a transfer slot");

    private static readonly Counter<long> Admissions =
        MeshTelemetry.Meter.CreateCounter<long>("mesh.queue.admitted", "{migration}", "Admitted attempts, by priority");

    private static readonly Counter<long> Rejections =
        MeshTelemetry.Meter.CreateCounter<long>("mesh.queue.rejected", "{migration}", "Migrations rejected because no host could take the VM");

    private static readonly Histogram<double> Waits =
        MeshTelemetry.Meter.CreateHistogram<double>("mesh.queue.wait", "s", "Time from queueing to admission, by priority");

    public static void Record(Fleet fleet, AdmissionDecision decision)
    {
        Waiting.Record(decision.Waiting.Count);
        Rejections.Add(decision.Rejections.Count);
        foreach (var admission in decision.Admissions.Where(admission => admission.Placement is not null))
        {
            var migration = fleet.Migrations.First(migration => migration.Id == admission.Id);
            var priority = new KeyValuePair<string, object?>("priority", migration.Priority.ToString());
            Admissions.Add(1, priority);
            Waits.Record((fleet.TakenAt - (migration.QueuedAt ?? fleet.TakenAt)).TotalSeconds, priority);
        }
    }
}
