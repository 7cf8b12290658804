using System.Diagnostics.Metrics;
using Mesh.Hosting.Telemetry;
using Mesh.Policy.Selection;

namespace Mesh.Policy.Host.Messages;

/// <summary>What is counted of policies.</summary>
internal static class PolicyMetrics
{
    private static readonly Counter<long> Resolves =
        MeshTelemetry.Meter.CreateCounter<long>("mesh.policies.resolved", "{answer}", "Answers to which policy counts for a machine, by policy and by what decided");

    public static void RecordResolution(SelectedPolicy selected) => Resolves.Add(
        1,
        new KeyValuePair<string, object?>("policy", selected.Answer.Effective?.Policy.Name ?? "none"),
        new KeyValuePair<string, object?>("by", selected.By.ToString()));
}
