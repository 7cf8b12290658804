using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Mesh.Core;

namespace Mesh.Hosting.Telemetry;

/// <summary>The source of all metrics and spans, and the trace that a migration has through every service.</summary>
public static class MeshTelemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = TelemetryNames.Source;

    /// <summary>Source of all activities.</summary>
    public static readonly ActivitySource Activities = new(Name);

    /// <summary>Source of all metrics.</summary>
    public static readonly Meter Meter = new(Name);

    /// <summary>A new W3C trace context for a migration that has none; does not depend on a listener.</summary>
    public static string NewTraceParent() =>
        Activity.Current?.Id is { } current && Activity.Current.IdFormat == ActivityIdFormat.W3C
            ? current
            : $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01";

    /// <summary>The value of a tag for an enumeration: its name in camel case, as in JSON.</summary>
    public static string TagValue<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    /// <summary>Starts a span of a migration's trace; null without a listener.</summary>
    /// <param name="name">One of <see cref="TelemetryNames.Spans"/>.</param>
    /// <param name="traceParent">The migration's W3C trace context; null starts a new trace.</param>
    /// <param name="kind">Which side of a message this is.</param>
    public static Activity? StartActivity(string name, string? traceParent, ActivityKind kind = ActivityKind.Internal) =>
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent)
            ? Activities.StartActivity(name, kind, parent)
            : Activities.StartActivity(name, kind);
}
