using Mesh.Contracts.Telemetry;
using Mesh.Policy.Model;

namespace Mesh.Policy.Traces;

/// <summary>Traces and planned actions as JSON lines; <c>infra/docs/policies.md</c> describes them.</summary>
public static class TraceFormat
{
    internal static readonly IReadOnlyDictionary<string, JobPhase> Statuses = new Dictionary<string, JobPhase>(StringComparer.Ordinal)
    {
        ["running"] = JobPhase.PreCopy,
        ["post-copy"] = JobPhase.PostCopy,
        ["paused"] = JobPhase.SwitchOver,
    };

    internal static string DescribeStatus(JobPhase phase) => phase switch
    {
        JobPhase.PostCopy or JobPhase.PostCopyFailed => "post-copy",
        JobPhase.SwitchOver => "paused",
        _ => "running",
    };

    /// <summary>
    /// Reads a trace: a first line that describes the migration, then one line per sample. Empty lines and unknown fields are ignored.
    /// Never throws, whatever the text is.
    /// </summary>
    public static TraceReadResult Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var reader = new TraceReader();
        foreach (var (number, line) in text.Split('\n').Index())
            if (!string.IsNullOrWhiteSpace(line))
                reader.Read(number + 1, line);
        return reader.ToResult();
    }

    /// <summary>Writes a trace so that <see cref="Read"/> reads the same one, with times exact to 100 ns.</summary>
    public static string Write(MigrationTrace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        return string.Concat(trace.Samples.Select(TraceWriter.Sample).Prepend(TraceWriter.Subject(trace.Subject)).Select(line => line + "\n"));
    }

    /// <summary>Writes an action of a policy as one line, without a line break.</summary>
    public static string Write(PlannedAction action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return TraceWriter.Action(action);
    }
}
