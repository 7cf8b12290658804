using System.Text.Json;
using Mesh.Contracts.Documents;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Policy.Traces;

/// <summary>Reads a trace line by line.</summary>
internal sealed class TraceReader
{
    /// <summary>At most this many errors are reported.</summary>
    public const int ErrorsMax = 20;

    private const string Vm = "the VM, such as {\"memory_bytes\":4294967296,\"disks_bytes\":[],\"vcpus\":2}";
    private const string Permitted = "what may be done, such as {\"post_copy\":true,\"throttle\":true,\"suspend\":true,\"compression\":true}";

    private static readonly Bytes UsualPage = new(4096);

    private readonly List<DocumentDiagnostic> _errors = [];
    private readonly List<TraceSample> _samples = [];
    private PlanSubject? _subject;
    private bool _isBegun;

    public void Read(int number, string line)
    {
        if (_errors.Count >= ErrorsMax)
            return;
        var isFirst = !_isBegun;
        _isBegun = true;
        try
        {
            using var document = JsonDocument.Parse(line);
            var fields = new TraceLine(number, document.RootElement, "", _errors);
            if (document.RootElement.ValueKind is not JsonValueKind.Object)
                fields.AddError("", "is not a JSON object; each line is one, from { to }");
            else if (isFirst)
                _subject = Subject(fields);
            else
                _samples.Add(Sample(fields));
        }
        catch (JsonException e)
        {
            _errors.Add(new DocumentDiagnostic(number, "", $"is not JSON, at character {e.BytePositionInLine + 1}; each line is one JSON object, from {{ to }}"));
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            _errors.Add(new DocumentDiagnostic(number, "", "has characters that are not Unicode; a trace is UTF-8 text"));
        }
    }

    public TraceReadResult ToResult()
    {
        if (!_isBegun)
            _errors.Add(new DocumentDiagnostic(1, "", $"the trace is empty; its first line describes the migration, with {Vm}"));
        return new TraceReadResult(_errors.Count == 0 ? new MigrationTrace(_subject!, _samples) : null, _errors);
    }

    private static PlanSubject? Subject(TraceLine line)
    {
        if (!line.Has("vm"))
            return line.Missing<PlanSubject?>("vm", $"the first line of a trace describes the migration, with {Vm}");
        if (line.Object("vm", Vm) is not { } vm)
            return null;
        return new PlanSubject(
            vm.Bytes("memory_bytes", least: 1),
            vm.ListOfBytes("disks_bytes"),
            (int)Math.Min(vm.Whole("vcpus", 1, "a whole number, 1 or more", unlessGiven: 1), int.MaxValue),
            line.Has("allow") ? Allow(line.Object("allow", Permitted)) : PolicyPermissions.All,
            line.MillisecondsIfGiven("downtime_slo_ms"),
            line.SecondsIfGiven("deadline_s"));
    }

    private static PolicyPermissions Allow(TraceLine? allow) => allow is null ? new() : new()
    {
        PostCopy = allow.Flag("post_copy"),
        Throttle = allow.Flag("throttle"),

        // Traces of before 0.2 call it pause.
        Suspend = allow.Flag("suspend") || allow.Flag("pause"),
        Compression = allow.Flag("compression"),
    };

    private TraceSample Sample(TraceLine line)
    {
        var at = line.Seconds("t_s");
        if (_samples.Count > 0 && at < _samples[^1].Copy.Elapsed && line.Has("t_s"))
            line.AddError("t_s", $"{at.TotalSeconds} is before {_samples[^1].Copy.Elapsed.TotalSeconds} of the sample above; samples must be in order of time");
        var iteration = line.Whole("iteration", 0, "the pass over memory, a whole number, 0 or more");
        var (total, transferred, remaining) = (line.Bytes("total_bytes"), line.Bytes("processed_bytes"), line.Bytes("remaining_bytes"));
        var copy = new CopyStatistics
        {
            Elapsed = at,
            Iteration = iteration,

            // A trace has memory and disks in one sum.
            Memory = new TransferProgress(total, remaining, transferred),
            Bandwidth = new BytesPerSecond(line.Whole("bandwidth_bps", 0, "a number of bytes per second, 0 or more")),
            DirtyPagesPerSecond = line.Whole("dirty_rate_pages", 0, "a number of pages per second, 0 or more", unlessGiven: 0),
            PageSize = line.Bytes("page_size", UsualPage),
        };
        return new TraceSample(line.Choice("status", TraceFormat.Statuses, JobPhase.PreCopy), copy);
    }
}
