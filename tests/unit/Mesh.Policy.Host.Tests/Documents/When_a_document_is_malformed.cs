using Mesh.Policy.Documents;

namespace Mesh.Policy.Host.Tests.Documents;

/// <summary>Each document has one error; the message has the line, the field and what is accepted.</summary>
public sealed class When_a_document_is_malformed
{
    /// <summary>Starts every document of <see cref="Parts"/>, so that the part starts at line 3.</summary>
    private const string Head = "name: p\ndescription: d\n";

    public static TheoryData<string, int, string, string> Wholes => new()
    {
        { "", 0, "", "is empty" },
        { "# only a comment\n", 0, "", "is empty" },
        { "- name: p\n", 1, "", "must be a mapping of fields, not a list" },
        { "just words\n", 1, "", "must be a mapping of fields, not 'just words'" },
        { "name: p\ndescription: d\n---\nname: q\n", 3, "", "contains a second document" },
        { "description: d\n", 1, "name", "is missing" },
        { "name: p\n", 1, "description", "is missing" },
        { "name: Gold\ndescription: d\n", 1, "name", "lower-case letters, digits and hyphens" },
        { "name: a_b\ndescription: d\n", 1, "name", "'a_b' is not a valid name" },
        { "name: -a\ndescription: d\n", 1, "name", "not starting with a hyphen" },
        { $"name: {new string('a', 64)}\ndescription: d\n", 1, "name", "1 to 63" },
        { "name: 7\ndescription: d\n", 1, "name", "must be text, not '7'; quote text that looks like a number, true, false or null" },
        { "name: [p]\ndescription: d\n", 1, "name", "must be text, not a list" },
        { "name: p\ndescription: \"  \"\n", 2, "description", "is empty; describe what the policy does" },
        { "name: p\ndescription:\n", 2, "description", "is empty; give it a value" },
        { $"name: p\ndescription: {new string('d', 4001)}\n", 2, "description", "4001 characters long; the maximum is 4000" },
        { "name: p\nname: q\ndescription: d\n", 2, "name", "is given twice; first in line 1" },
        { $"name: p\ndescription: d\n# {new string('x', 256 * 1024)}\n", 0, "", "the maximum is 262144" },
        { "name: p\ndescription: \"d\n", 2, "", "is neither YAML nor JSON" },
        { "name: p\ndescription: d\nstart: {autoConverge: true\n", 3, "", "is neither YAML nor JSON" },
        { "name: p\ndescription: d\nlastResort: [abort\nlimits:\n  completionTimeout: 1 h\n", 3, "", "is neither YAML nor JSON" },
        { "name: p\ndescription: d\nstart:\n\tmaxDowntime: 5 ms\n", 4, "", "a tab is used for indentation; use spaces" },
        { "name: p\n  description: d\n", 2, "", "is neither YAML nor JSON" },
        { "name: p\ndescription: &text d\n", 2, "", "has an anchor (&text)" },
        { "name: p\ndescription: *text\n", 2, "", "uses the alias *text" },
        { "name: p\ndescription: !!str d\n", 2, "", "tags are not accepted" },
        { "name: p\n? [description]\n: d\n", 2, "", "instead of a field name" },
        { "name: p\ndescription: d\u0001\n", 2, "", "the control character U+0001" },
        { $"name: p\ndescription: {new string('[', 20)}{new string(']', 20)}\n", 2, "", "more than 16 levels deep" },
        { "{\n  \"name\": \"p\",\n  \"description\": \"d\",\n  \"interval\": 10\n}\n", 4, "interval", "'10' has no unit" },
        { "{\n  \"name\": \"p\"\n  \"description\": \"d\"\n}\n", 3, "", "is neither YAML nor JSON" },
        { "{\n  \"name\": \"p\",\n  \"description\": \"d\",\n  \"catchUp\": \"true\"\n}\n", 4, "catchUp", "must be true or false, not 'true'" },
        { "{\n\t\"name\": \"p\",\n\t\"description\": \"d\",\n\t\"permit\": {}\n}\n", 4, "permit", "did you mean permits?" },
    };

    public static TheoryData<string, int, string, string> Parts => new()
    {
        { "priority: 3", 3, "priority", "unknown field 'priority'; accepted: name, description, select" },
        { "interval: 10", 3, "interval", "'10' has no unit; accepted: a duration from 1 ms to 1 h, in ms, s, min, h" },
        { "interval: 10 sec", 3, "interval", "unknown unit 'sec'; accepted: ms, s, min, h" },
        { "interval: soon", 3, "interval", "must be a duration from 1 ms to 1 h, not 'soon'" },
        { "interval: 0 s", 3, "interval", "out of bounds" },
        { "interval: -1 s", 3, "interval", "out of bounds" },
        { "interval: 0.1 ms", 3, "interval", "finer than a millisecond" },
        { "interval: 1.2.3 s", 3, "interval", "must be a duration" },
        { "interval: 99999999999999999999 h", 3, "interval", "out of bounds" },
        { "interval: null", 3, "interval", "is empty" },
        { "interval: [1 s]", 3, "interval", "must be a duration from 1 ms to 1 h, not a list" },
        { "start: true", 3, "start", "must be a mapping of fields, not 'true'" },
        { "start:\n  max_downtime: 5 ms", 4, "start.max_downtime", "did you mean maxDowntime?" },
        { "start:\n  maxDowntime: 2001 s", 4, "start.maxDowntime", "'2001 s' is out of bounds; accepted: a duration from 1 ms to 2000 s" },
        { "start: { bandwidth: 100 }", 3, "start.bandwidth", "'100' has no unit" },
        { "start: { bandwidth: 100 MiB }", 3, "start.bandwidth", "unknown unit 'MiB'; accepted: B/s, KiB/s, MiB/s" },
        { "start: { bandwidth: 100 Mbit/s }", 3, "start.bandwidth", "unknown unit 'Mbit/s'" },
        { "start: { bandwidth: 1000 KiB/s }", 3, "start.bandwidth", "out of bounds; accepted: a data rate from 1 MiB/s" },
        { "start: { bandwidth: 10000000 TiB/s }", 3, "start.bandwidth", "out of bounds" },
        { "start: { postCopyBandwidth: 10 MiB/s }", 3, "start.postCopyBandwidth", "requires start.postCopy: true" },
        { "start: { autoConverge: yes }", 3, "start.autoConverge", "must be true or false, not 'yes'" },
        { "start: { autoConverge: true }", 3, "start.autoConverge", "requires permits.throttle: true" },
        { "start: { autoConvergeInitial: 20 }", 3, "start.autoConvergeInitial", "requires start.autoConverge: true" },
        { "permits: { throttle: true }\nstart: { autoConverge: true, autoConvergeIncrement: 100 }", 4, "start.autoConvergeIncrement", "from 1 % to 99 %" },
        { "start: { postCopy: true }", 3, "start.postCopy", "requires permits.postCopy: true" },
        { "start: { compression: xbzrle }", 3, "start.compression", "must be a list of xbzrle, zlib, zstd, not 'xbzrle'" },
        { "permits: { compression: true }\nstart: { compression: [lzo] }", 4, "start.compression[0]", "'lzo' is not accepted; accepted: xbzrle, zlib, zstd" },
        { "start: { compression: [xbzrle] }", 3, "start.compression", "requires permits.compression: true" },
        { "permits: { compression: true }\nstart: { compression: [zstd] }", 4, "start.compression", "require start.parallelConnections" },
        { "permits: { compression: true }\nstart: { compression: [xbzrle], parallelConnections: 2 }", 4, "start.compression", "QEMU does not support xbzrle over parallel connections" },
        { "permits: { compression: true }\nstart: { compression: [xbzrle, xbzrle] }", 4, "start.compression", "lists a method twice" },
        { "permits: { postCopy: true }\nstart: { postCopy: true, parallelConnections: 2 }", 4, "start.parallelConnections", "together with post-copy" },
        { "start: { parallelConnections: 256 }", 3, "start.parallelConnections", "a whole number from 1 to 255" },
        { "start: { parallelConnections: \"2\" }", 3, "start.parallelConnections", "must be a whole number from 1 to 255, not '2'" },
        { "start: { parallelConnections: 1.5 }", 3, "start.parallelConnections", "must be a whole number" },
        { "steps: abort", 3, "steps", "must be a list of steps, each with when and do, not 'abort'" },
        { "steps: [abort]", 3, "steps[0]", "must be a mapping of fields, not 'abort'" },
        { "steps:\n  - do: abort", 4, "steps[0].when", "is missing: the conditions of the step" },
        { "steps:\n  - when: { elapsed: 5 s }", 4, "steps[0].do", "is missing: the action the step takes" },
        { "steps:\n  - when: {}\n    do: abort", 4, "steps[0].when", "has no condition; accepted: iterationsOver" },
        { "steps:\n  - when: { times: 2 }\n    do: abort", 4, "steps[0].when.times", "is the factor of elapsedPerGiB, which is missing" },
        { "steps:\n  - when: { elapsedPerGiB: 5 s, times: -1 }\n    do: abort", 4, "steps[0].when.times", "a whole number from 0" },
        { "steps:\n  - when: { elapsed: 5 }\n    do: abort", 4, "steps[0].when.elapsed", "'5' has no unit" },
        { "steps:\n  - when: { elapsed: 5 s }\n    do: abort\n  - when: { iterationsOver: 1, elapse: 5 s }\n    do: abort", 6, "steps[1].when.elapse", "did you mean elapsed?" },
        { "steps:\n  - when: { iterationsOver: -1 }\n    do: abort", 4, "steps[0].when.iterationsOver", "a whole number from 0" },
        { "steps:\n  - when: { localMinimum: 101 % }\n    do: abort", 4, "steps[0].when.localMinimum", "from 0 % to 100 %" },
        { "steps:\n  - when: { localMinimum: 1.5 % }\n    do: abort", 4, "steps[0].when.localMinimum", "must be a whole percentage" },
        { "steps:\n  - when: { predictedDowntimeOver: 2 s, predictedDowntimeAtMost: 1 s }\n    do: abort", 4, "steps[0].when", "can never be met" },
        { "steps:\n  - when: { elapsed: 5 s }\n    do: pause", 5, "steps[0].do", "'pause' is not an action; accepted: abort, postCopy, suspend" },
        { "steps:\n  - when: { elapsed: 5 s }\n    do: post-copy", 5, "steps[0].do", "did you mean postCopy?" },
        { "steps:\n  - when: { elapsed: 5 s }\n    do: throttle", 5, "steps[0].do", "throttle needs a value" },
        { "steps:\n  - when: { elapsed: 5 s }\n    do: [abort]", 5, "steps[0].do", "must be a single action, not a list" },
        { "steps:\n  - when: { elapsed: 5 s }\n    do: {}", 5, "steps[0].do", "has no action" },
        { "steps:\n  - when: { elapsed: 5 s }\n    do: { abort: true }", 5, "steps[0].do", "abort takes no value; write do: abort" },
        { "steps:\n  - when: { elapsed: 5 s }\n    do: { setDowntime: 5 ms, setBandwidth: none }", 5, "steps[0].do", "has 2 actions (setDowntime, setBandwidth); a step has exactly one" },
        { "steps:\n  - when: { elapsed: 5 s }\n    do: { setDowntim: 5 ms }", 5, "steps[0].do.setDowntim", "did you mean setDowntime?" },
        { "steps:\n  - when: { elapsed: 5 s }\n    do: { setDowntime: 150 }", 5, "steps[0].do.setDowntime", "'150' has no unit" },
        { "steps:\n  - when: { elapsed: 5 s }\n    do: { setDowntime: { max: 5 s } }", 5, "steps[0].do.setDowntime.times", "is missing: the factor for the downtime limit" },
        { "steps:\n  - when: { elapsed: 5 s }\n    do: { setDowntime: { times: 1 } }", 5, "steps[0].do.setDowntime.times", "a number more than 1, up to 1000" },
        { "steps:\n  - when: { elapsed: 5 s }\n    do: { setBandwidth: unlimited }", 5, "steps[0].do.setBandwidth", "must be a data rate" },
        { "permits: { throttle: true }\nsteps:\n  - when: { elapsed: 5 s }\n    do: { throttle: 100 }", 6, "steps[0].do.throttle", "from 1 % to 99 %" },
        { "steps:\n  - when: { elapsed: 5 s }\n    do: { throttle: 40 % }", 5, "steps[0].do", "throttle requires permits.throttle: true" },
        { "permits: { postCopy: true }\nsteps:\n  - when: { elapsed: 5 s }\n    do: postCopy", 6, "steps[0].do", "postCopy requires start.postCopy: true: QEMU enables it at the start only" },
        { "steps:\n  - when: { elapsed: 5 s }\n    do: postCopy", 5, "steps[0].do", "postCopy requires permits.postCopy: true and start.postCopy: true" },
        { "steps:\n  - when: { elapsed: 5 s }\n    do: suspend", 5, "steps[0].do", "suspend requires permits.suspend: true" },
        { "steps:\n  - when: { elapsed: 5 s }\n    do: abort\n    repeat: true", 6, "steps[0].repeat", "abort cannot be repeated" },
        { "steps:\n  - when: { elapsed: 5 s }\n    do: abort\n    repeat: 3", 6, "steps[0].repeat", "must be true or false" },
        { "steps:\n  - when: { stalled: 30 s }\n    do: abort", 4, "steps[0].when.stalled", "requires limits.stallingLimit" },
        { "limits: { stallingLimit: 40 s }\nsteps:\n  - when: { stalled: 30 s }\n    do: abort", 5, "steps[0].when.stalled", "shorter than limits.stallingLimit, 40 s" },
        { "start: { maxDowntime: 2 s }\ndowntimeBudget: 1 s", 3, "start.maxDowntime", "is 2 s, above downtimeBudget, 1 s; at most the budget is accepted" },
        { "stallDetector: {}", 3, "stallDetector", "requires downtimeBudget" },
        { "downtimeBudget: 1 s\nstallDetector: {}\nadaptive: {}", 5, "adaptive", "cannot be combined with stallDetector" },
        { "downtimeBudget: 1 s\nstallDetector: { margin: 200 % }", 4, "stallDetector.margin", "from 0 % to 100 %" },
        { "downtimeBudget: 1 s\nstallDetector: { patienceFactor: 0 }", 4, "stallDetector.patienceFactor", "a number more than 0, up to 1" },
        { "downtimeBudget: 1 s\nstallDetector: { bandwidthWeight: much }", 4, "stallDetector.bandwidthWeight", "must be a number" },
        { "downtimeBudget: 1 s\nstallDetector: { completionFactor: 0.5 }", 4, "stallDetector.completionFactor", "a number from 1 to 1000" },
        { "downtimeBudget: 1 s\npermits: { postCopy: true }\nadaptive: {}", 5, "adaptive", "set start.postCopy: true" },
        { "adaptive: { minPasses: 1 }", 3, "adaptive.minPasses", "a whole number from 2" },
        { "adaptive:", 3, "adaptive", "{} for a mapping without fields" },
        { "downtimeBudget: 0 ms", 3, "downtimeBudget", "a duration from 1 ms to 2000 s" },
        { "lastResort: abort", 3, "lastResort", "must be a list of postCopy, suspend, abort" },
        { "lastResort: [setDowntime]\nlimits: { completionTimeout: 5 s }", 3, "lastResort[0]", "accepted: postCopy, suspend, abort" },
        { "lastResort: [abort, abort]\nlimits: { completionTimeout: 5 s }", 3, "lastResort[1]", "abort is listed twice" },
        { "lastResort: [abort, suspend]\npermits: { suspend: true }\nlimits: { completionTimeout: 5 s }", 3, "lastResort[1]", "is never reached" },
        { "lastResort: [abort]", 3, "lastResort", "requires limits.completionTimeout or limits.completionTimeoutPerGiB" },
        { "lastResort: [suspend]\nlimits: { completionTimeout: 5 s }", 3, "lastResort[0]", "suspend requires permits.suspend: true" },
        { "permits: { postCopy: true }\nlastResort:\n  - postCopy\nlimits: { completionTimeout: 5 s }", 5, "lastResort[0]", "postCopy requires start.postCopy: true" },
        { "limits: { completionTimeout: 5 s, completionTimeoutPerGiB: 5 s }", 3, "limits.completionTimeoutPerGiB", "cannot be combined with limits.completionTimeout" },
        { "limits: { completionTimeout: 0 s }", 3, "limits.completionTimeout", "out of bounds" },
        { "limits:\n  progressTimeout: 800 h", 4, "limits.progressTimeout", "a duration from 1 ms to 720 h" },
        { "limits: { progress: all }", 3, "limits.progress", "'all' is not accepted; accepted: remainingOrTransferred, remaining" },
        { "limits: { dataSize: { unit: 1 } }", 3, "limits.dataSize.unit", "'1' has no unit" },
        { "limits: { dataSize: { unit: 1 KiB } }", 3, "limits.dataSize.unit", "a size from 1 MB to 1 TiB" },
        { "limits: { dataSize: { unit: 1.0000001 MB } }", 3, "limits.dataSize.unit", "is not a whole number of bytes" },
        { "limits: { dataSize: { memoryAtLeast: -2 } }", 3, "limits.dataSize.memoryAtLeast", "a number from 0" },
        { "limits: { dataSize: { roundUp: 1 } }", 3, "limits.dataSize.roundUp", "must be true or false" },
        { "limits: { prepareTimeout: 5 }", 3, "limits.prepareTimeout", "has no unit" },
        { "permits: all", 3, "permits", "must be a mapping of fields, not 'all'" },
        { "permits: { postcopy: true }", 3, "permits.postcopy", "did you mean postCopy?" },
        { "concurrency: { cluster: 0 }", 3, "concurrency.cluster", "a whole number from 1" },
        { "concurrency: { perHost: 2 }", 3, "concurrency.perHost", "accepted: cluster, outboundPerHost, inboundPerHost" },
        { "select: {}", 3, "select.labels", "is missing" },
        { "select: { labels: {} }", 3, "select.labels", "has 0 labels; accepted: 1 to 64" },
        { "select: { labels: { tier: 1 } }", 3, "select.labels.tier", "must be text, not '1'" },
        { "select: { labels: { tier: \"\" } }", 3, "select.labels.tier", "1 to 253 characters" },
        { "select: { label: { tier: gold } }", 3, "select.label", "did you mean labels?" },
    };

    [Theory]
    [MemberData(nameof(Wholes))]
    public void Should_report_errors_of_the_whole_document(string text, int line, string field, string fragment) => Expect(text, line, field, fragment);

    [Theory]
    [MemberData(nameof(Parts))]
    public void Should_report_errors_of_a_section(string body, int line, string field, string fragment) => Expect($"{Head}{body}\n", line, field, fragment);

    [Fact]
    public void Should_report_all_errors_by_line()
    {
        var reading = PolicyText.Read(
            """
            name: Gold
            interval: 10
            steps:
              - when: { iterationsOver: one }
                do: { setDowntime: 5 h }
              - do: suspend
            limits: { dataSize: { unit: 1 parsec } }
            lastResort: [abort, postCopy]
            """);

        reading.Policy.ShouldBeNull();
        reading.Diagnostics.Select(fault => (fault.Line, fault.Field)).ShouldBe(
        [
            (1, "description"), (1, "name"), (2, "interval"), (4, "steps[0].when.iterationsOver"), (5, "steps[0].do.setDowntime"), (6, "steps[1].when"),
            (6, "steps[1].do"), (7, "limits.dataSize.unit"), (8, "lastResort[1]"), (8, "lastResort[1]"),
        ], ignoreOrder: true);
        reading.Diagnostics.Select(fault => fault.Line).ShouldBeInOrder();
    }

    [Theory]
    [InlineData("limits: { completionTimeout: 5 }\nlastResort: [abort]")]
    [InlineData("limits: { completionTimeut: 5 s }\nlastResort: [abort]")]
    [InlineData("permits: { throttle: maybe }\nstart: { autoConverge: true }")]
    [InlineData("downtimeBudget: 5\nstallDetector: {}")]
    public void Should_not_report_consequences_of_another_error(string body) =>
        PolicyText.Read($"{Head}{body}\n").Diagnostics.ShouldHaveSingleItem();

    [Fact]
    public void Should_limit_the_number_of_reported_errors()
    {
        var faults = PolicyText.Read(Head + string.Concat(Enumerable.Range(0, 1000).Select(number => $"x{number}: 1\n"))).Diagnostics;

        faults.Count.ShouldBe(201);
        faults[^1].Message.ShouldBe("and 800 more errors");
    }

    private static void Expect(string text, int line, string field, string fragment)
    {
        var (policy, faults) = PolicyText.Read(text);

        policy.ShouldBeNull();
        var errors = string.Join('\n', faults);
        faults.Select(fault => (fault.Line, fault.Field)).ShouldContain((line, field), errors);
        faults.Where(fault => fault.Line == line && fault.Field == field).ShouldContain(fault => fault.Message.Contains(fragment, StringComparison.Ordinal), errors);
        faults.Select(fault => fault.Message).ShouldBeUnique();
    }
}
