using System.Diagnostics.Metrics;
using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Telemetry;
using Mesh.Scheduler.Queueing;

namespace Mesh.Scheduler.Host.Passes;

/// <summary>What is counted of the queue.</summary>
internal static class SchedulerMetrics
{
    private static readonly Gauge<int> Waiting =
        MeshTelemetry.Meter.CreateGauge<int>("mesh.queue.waiting", "{migration}", "Migrations that wait for their admission, or prepared for their turn to copy");

    private static readonly Counter<long> Admissions =
        MeshTelemetry.Meter.CreateCounter<long>("mesh.queue.admitted", "{migration}", "Migrations that were admitted to an attempt, by priority");

    private static readonly Counter<long> Dismissals =
        MeshTelemetry.Meter.CreateCounter<long>("mesh.queue.dismissed", "{migration}", "Migrations that were given up because no host could take them");

    private static readonly Histogram<double> Waits =
        MeshTelemetry.Meter.CreateHistogram<double>("mesh.queue.wait", "s", "From queueing to admission, by priority");

    public static void Record(Fleet fleet, AdmissionDecision decision)
    {
        Waiting.Record(decision.Waiting.Count);
        Dismissals.Add(decision.Dismissals.Count);
        foreach (var admission in decision.Admissions.Where(admission => admission.Placement is not null))
        {
            var migration = fleet.Migrations.First(migration => migration.Id == admission.Id);
            var priority = new KeyValuePair<string, object?>("priority", migration.Priority.ToString());
            Admissions.Add(1, priority);
            Waits.Record((fleet.TakenAt - (migration.QueuedAt ?? fleet.TakenAt)).TotalSeconds, priority);
        }
    }
}
