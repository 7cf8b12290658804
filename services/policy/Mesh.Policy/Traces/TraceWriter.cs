using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mesh.Contracts.Policies;
using Mesh.Policy.Model;

namespace Mesh.Policy.Traces;

internal static class TraceWriter
{
    // Reasons are for people: only what JSON requires is escaped.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Subject(PlanSubject subject) => Line(json =>
    {
        json.WriteStartObject("vm");
        json.WriteNumber("memory_bytes", subject.Memory.Count);
        json.WriteStartArray("disks_bytes");
        foreach (var disk in subject.Disks)
            json.WriteNumberValue(disk.Count);
        json.WriteEndArray();
        json.WriteNumber("vcpus", subject.VCpus);
        json.WriteEndObject();
        json.WriteStartObject("allow");
        json.WriteBoolean("post_copy", subject.Allow.PostCopy);
        json.WriteBoolean("throttle", subject.Allow.Throttle);
        json.WriteBoolean("suspend", subject.Allow.Suspend);
        json.WriteBoolean("compression", subject.Allow.Compression);
        json.WriteEndObject();
        Number(json, "downtime_slo_ms", (decimal?)subject.DowntimeBudget?.Ticks / TimeSpan.TicksPerMillisecond);
        Number(json, "deadline_s", (decimal?)subject.Deadline?.Ticks / TimeSpan.TicksPerSecond);
    });

    public static string Sample(TraceSample sample) => Line(json =>
    {
        var copy = sample.Copy;
        Seconds(json, copy.Elapsed);
        json.WriteNumber("iteration", copy.Iteration);
        json.WriteNumber("total_bytes", copy.Total.Count);
        json.WriteNumber("processed_bytes", copy.Transferred.Count);
        json.WriteNumber("remaining_bytes", copy.Remaining.Count);
        json.WriteNumber("bandwidth_bps", copy.Bandwidth.Count);
        json.WriteNumber("dirty_rate_pages", copy.DirtyPagesPerSecond);
        json.WriteNumber("page_size", copy.PageSize.Count);
        json.WriteString("status", TraceFormat.DescribeStatus(sample.Phase));
    });

    public static string Action(PlannedAction action) => Line(json =>
    {
        Seconds(json, action.At);
        json.WriteString("action", action.Kind switch
        {
            PolicyActionKind.SetDowntime => "set-downtime",
            PolicyActionKind.SetBandwidth => "set-bandwidth",
            PolicyActionKind.Throttle => "throttle",
            PolicyActionKind.PostCopy => "post-copy",
            PolicyActionKind.Suspend => "suspend",
            _ => "abort",
        });
        Number(json, "value", action.Kind switch
        {
            PolicyActionKind.SetDowntime => (long?)action.Parameters.MaxDowntime?.TotalMilliseconds,
            PolicyActionKind.SetBandwidth => action.Parameters.Bandwidth?.Count,
            PolicyActionKind.Throttle => action.Parameters.Throttle?.Value,
            _ => null,
        });
        json.WriteString("reason", action.Reason);
    });

    private static string Line(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Seconds(Utf8JsonWriter json, TimeSpan at) => json.WriteNumber("t_s", (decimal)at.Ticks / TimeSpan.TicksPerSecond);

    private static void Number(Utf8JsonWriter json, string name, decimal? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
