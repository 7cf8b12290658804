using System.Diagnostics.Metrics;
using Mesh.Core;
using Mesh.Hosting.Telemetry;
using Mesh.Policy.Selection;

namespace Mesh.Policy.Host.Messages;

internal static class PolicyMetrics
{
    private static readonly Counter<long> Resolves =
        MeshTelemetry.Meter.CreateCounter<long>(TelemetryNames.Metrics.PolicyResolutions, "{resolution}", "Policy selections for VMs");

    public static void RecordResolution(SelectedPolicy selected) => Resolves.Add(
        1,
        new KeyValuePair<string, object?>(TelemetryNames.Tags.PolicyName, selected.Answer.Effective?.Policy.Name ?? "none"),
        new KeyValuePair<string, object?>(TelemetryNames.Tags.PolicySelectedBy, MeshTelemetry.TagValue(selected.By)));
}
