using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Mesh.Hosting.Telemetry;

/// <summary>The names under which traces and metrics of the mesh appear, and the trace that each migration has through every service.</summary>
public static class MeshTelemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "Mesh";

    /// <summary>Source of all activities.</summary>
    public static readonly ActivitySource Activities = new(Name);

    /// <summary>Source of all metrics.</summary>
    public static readonly Meter Meter = new(Name);

    /// <summary>A new W3C trace context for a migration that comes without one; independent of whether anything listens.</summary>
    public static string NewTraceParent() =>
        Activity.Current?.Id is { } current && Activity.Current.IdFormat == ActivityIdFormat.W3C
            ? current
            : $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01";

    /// <summary>Begins a part of a migration's trace; null if nobody listens.</summary>
    /// <param name="name">What is done, in the field's words.</param>
    /// <param name="traceParent">The migration's W3C trace context; null begins a trace of its own.</param>
    /// <param name="kind">Which side of a message this is.</param>
    public static Activity? StartActivity(string name, string? traceParent, ActivityKind kind = ActivityKind.Internal) =>
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent)
            ? Activities.StartActivity(name, kind, parent)
            : Activities.StartActivity(name, kind);
}
