using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Policy.Tests.Following;
using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Traces;

public sealed class When_a_trace_is_read
{
    private const string Header = """{"vm":{"memory_bytes":4294967296,"disks_bytes":[10,20],"vcpus":8},"allow":{"post_copy":true,"throttle":false,"suspend":true,"compression":false},"downtime_slo_ms":250,"deadline_s":90.5}""";
    private const string Sample = """{"t_s":1.25,"iteration":3,"total_bytes":100,"processed_bytes":60,"remaining_bytes":40,"bandwidth_bps":1000,"dirty_rate_pages":7,"page_size":4096,"status":"paused"}""";

    [Fact]
    public void Should_read_every_field()
    {
        var trace = Read($"{Header}\n{Sample}\n");

        trace.Subject.Memory.ShouldBe(Bytes.FromGibibytes(4));
        trace.Subject.Disks.ShouldBe([new Bytes(10), new Bytes(20)]);
        trace.Subject.VCpus.ShouldBe(8);
        trace.Subject.Allow.ShouldBe(new PolicyPermissions { PostCopy = true, Suspend = true });
        trace.Subject.DowntimeBudget.ShouldBe(TimeSpan.FromMilliseconds(250));
        trace.Subject.Deadline.ShouldBe(TimeSpan.FromSeconds(90.5));
        trace.Samples.ShouldBe([Given.Sample(TimeSpan.FromMilliseconds(1250), 3, new(100), new(60), new(40), new(1000), 7, new(4096), JobPhase.SwitchOver)]);
    }

    [Fact]
    public void Should_accept_omitted_fields()
    {
        var trace = Read("""
            {"vm":{"memory_bytes":1},"allow":{"pause":true},"downtime_slo_ms":null}
            {"t_s":0,"iteration":0,"total_bytes":0,"processed_bytes":0,"remaining_bytes":0,"bandwidth_bps":0}
            """);
        trace.Subject.Disks.ShouldBeEmpty();
        trace.Subject.VCpus.ShouldBe(1);
        trace.Subject.Allow.ShouldBe(new PolicyPermissions { Suspend = true });
        (trace.Subject.DowntimeBudget, trace.Subject.Deadline).ShouldBe((null, null));
        trace.Samples[0].ShouldBe(Given.Sample(TimeSpan.Zero, 0, new(0), new(0), new(0), new(0), 0, new(4096)));

        Read("""{"vm":{"memory_bytes":1},"allow":{"suspend":true}}""").Subject.Allow.ShouldBe(new PolicyPermissions { Suspend = true });
        Read("""{"vm":{"memory_bytes":1}}""").Subject.Allow.ShouldBe(PolicyPermissions.All);
        Read("""{"vm":{"memory_bytes":1},"allow":{}}""").Subject.Allow.ShouldBe(new PolicyPermissions());
    }

    [Fact]
    public void Should_ignore_empty_lines_unknown_fields_and_other_line_endings()
    {
        var trace = Read($"\n  \r\n{Header.Replace("\"vm\"", "\"name\":\"x\",\"vm\"", StringComparison.Ordinal)}\r\n\r\n{Sample.Replace("\"t_s\"", "\"more\":[{}],\"t_s\"", StringComparison.Ordinal)}\r\n\n");
        trace.Samples.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("1e1", 100_000_000)]
    [InlineData("0.30000000000000004", 3_000_000)]
    [InlineData("299.99999999999994", 3_000_000_000)]
    [InlineData("1.2345678", 12_345_678)]
    public void Should_read_seconds_as_decimals_to_the_tick(string written, long ticks) =>
        Read($"{Header}\n{With("t_s", written)}").Samples[0].Copy.Elapsed.Ticks.ShouldBe(ticks);

    [Fact]
    public void Should_read_bytes_written_with_a_decimal_point() =>
        Read($"{Header}\n{With("remaining_bytes", "1.5e3")}\n{With("bandwidth_bps", "33554432.7")}").Samples
            .Select(sample => (sample.Copy.Remaining.Count, sample.Copy.Bandwidth.Count)).ShouldBe([(1500, 1000), (40, 33554432)]);

    [Theory]
    [InlineData("", 1, "", "the trace is empty")]
    [InlineData("\n\n", 1, "", "the trace is empty")]
    [InlineData("hello", 1, "", "is not JSON, at character 1")]
    [InlineData("[]", 1, "", "is not a JSON object")]
    [InlineData("{}", 1, "vm", "is missing; the first line of a trace describes the migration")]
    [InlineData(Sample, 1, "vm", "is missing; the first line of a trace describes the migration")]
    [InlineData("""{"vm":7}""", 1, "vm", "7 is not accepted; the VM, such as")]
    [InlineData("""{"vm":{}}""", 1, "vm.memory_bytes", "is missing; a number of bytes, 1 or more")]
    [InlineData("""{"vm":{"memory_bytes":0}}""", 1, "vm.memory_bytes", "0 is not accepted; a number of bytes, 1 or more")]
    [InlineData("""{"vm":{"memory_bytes":"4 GiB"}}""", 1, "vm.memory_bytes", "\"4 GiB\" is not accepted")]
    [InlineData("""{"vm":{"memory_bytes":1e40}}""", 1, "vm.memory_bytes", "1e40 is not accepted")]
    [InlineData("""{"vm":{"memory_bytes":1,"disks_bytes":5}}""", 1, "vm.disks_bytes", "5 is not accepted; a list of numbers of bytes")]
    [InlineData("""{"vm":{"memory_bytes":1,"disks_bytes":[5,-1]}}""", 1, "vm.disks_bytes[1]", "-1 is not accepted; a number of bytes, 0 or more")]
    [InlineData("""{"vm":{"memory_bytes":1,"vcpus":0}}""", 1, "vm.vcpus", "0 is not accepted; a whole number, 1 or more")]
    [InlineData("""{"vm":{"memory_bytes":1},"allow":true}""", 1, "allow", "true is not accepted; what may be done")]
    [InlineData("""{"vm":{"memory_bytes":1},"allow":{"post_copy":"yes"}}""", 1, "allow.post_copy", "\"yes\" is not accepted; true or false")]
    [InlineData("""{"vm":{"memory_bytes":1},"downtime_slo_ms":-1}""", 1, "downtime_slo_ms", "-1 is not accepted; a number of milliseconds, 0 or more")]
    [InlineData("""{"vm":{"memory_bytes":1},"deadline_s":"soon"}""", 1, "deadline_s", "\"soon\" is not accepted; a number of seconds, 0 or more")]
    public void Should_report_errors_in_the_first_line(string text, int line, string field, string message) => ShouldFail(text, line, field, message);

    [Theory]
    [InlineData("t_s", "null", "is missing; a number of seconds, 0 or more")]
    [InlineData("t_s", "\"1 s\"", "\"1 s\" is not accepted; a number of seconds, 0 or more")]
    [InlineData("t_s", "-0.5", "-0.5 is not accepted")]
    [InlineData("t_s", "2e9", "2e9 is not accepted; a number of seconds, 0 or more, at most 1000000000")]
    [InlineData("iteration", "true", "true is not accepted; the pass over memory, a whole number, 0 or more")]
    [InlineData("iteration", "null", "is missing; the pass over memory")]
    [InlineData("total_bytes", "null", "is missing; a number of bytes, 0 or more")]
    [InlineData("processed_bytes", "-1", "-1 is not accepted; a number of bytes, 0 or more")]
    [InlineData("remaining_bytes", "\"40\"", "\"40\" is not accepted; a number of bytes, 0 or more")]
    [InlineData("bandwidth_bps", "null", "is missing; a number of bytes per second, 0 or more")]
    [InlineData("bandwidth_bps", "[]", "[] is not accepted; a number of bytes per second, 0 or more")]
    [InlineData("dirty_rate_pages", "-3", "-3 is not accepted; a number of pages per second, 0 or more")]
    [InlineData("page_size", "0", "0 is not accepted; a number of bytes, 1 or more")]
    [InlineData("status", "\"done\"", "\"done\" is not accepted; \"running\", \"post-copy\", \"paused\"")]
    [InlineData("status", "1", "1 is not accepted; \"running\", \"post-copy\", \"paused\"")]
    public void Should_report_errors_in_a_sample(string field, string value, string message) => ShouldFail($"{Header}\n\n{With(field, value)}", 3, field, message);

    [Fact]
    public void Should_reject_samples_out_of_order()
    {
        ShouldFail($"{Header}\n{Sample}\n{With("t_s", "1.2")}", 3, "t_s", "1.2 is before 1.25 of the sample above; samples must be in order of time");
        Read($"{Header}\n{Sample}\n{Sample}").Samples.Count.ShouldBe(2, "two at the same time are accepted");
    }

    [Fact]
    public void Should_report_up_to_twenty_errors()
    {
        var (trace, faults) = TraceFormat.Read("""
            {"vm":{"memory_bytes":0,"vcpus":0}}
            {"t_s":0,"status":"gone"}
            not JSON
            """);
        trace.ShouldBeNull();
        faults.Select(fault => (fault.Line, fault.Field)).ShouldBe([
            (1, "vm.memory_bytes"), (1, "vm.vcpus"), (2, "iteration"), (2, "total_bytes"), (2, "processed_bytes"), (2, "remaining_bytes"),
            (2, "bandwidth_bps"), (2, "status"), (3, "")]);

        TraceFormat.Read(string.Concat(Enumerable.Repeat("{\n", 500))).Diagnostics.Count.ShouldBe(20);
    }

    [Fact]
    public void Should_say_what_the_trace_lacks()
    {
        TraceFormat.Read("{}").Diagnostics[0].ShouldSatisfyAllConditions(
            error => (error.Line, error.Field).ShouldBe((1, "vm")),
            error => error.Message.ShouldStartWith("is missing; the first line"));
        TraceFormat.Read("!").Diagnostics[0].ShouldSatisfyAllConditions(
            error => (error.Line, error.Field).ShouldBe((1, "")),
            error => error.Message.ShouldStartWith("is not JSON"));
    }

    [Fact]
    public void Should_reject_invalid_Unicode()
    {
        ShouldFail("""{"\ud800":1}""", 1, "", "has characters that are not Unicode");
        ShouldFail($$"""{"{{'\ud800'}}":1}""", 1, "", "has characters that are not Unicode");
    }

    [Fact]
    public void Should_never_throw()
    {
        const string Signs = "{}[]\":,.-e0189\\ut\n \ud800";
        var random = new Random(4);
        for (var count = 0; count < 20_000; count++)
        {
            var text = $"{Header}\n{Sample}\n{Sample}".ToCharArray();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                text[random.Next(text.Length)] = Signs[random.Next(Signs.Length)];
            var (trace, faults) = TraceFormat.Read(new string(text));
            (trace is null).ShouldBe(faults.Count > 0);
        }
    }

    private static MigrationTrace Read(string text)
    {
        var (trace, faults) = TraceFormat.Read(text);
        faults.ShouldBeEmpty();
        return trace!;
    }

    private static void ShouldFail(string text, int line, string field, string message)
    {
        var (trace, faults) = TraceFormat.Read(text);
        trace.ShouldBeNull();
        var fault = faults.ShouldHaveSingleItem();
        (fault.Line, fault.Field).ShouldBe((line, field));
        fault.Message.ShouldStartWith(message);
    }

    private static string With(string field, string value)
    {
        var begin = Sample.IndexOf($"\"{field}\":", StringComparison.Ordinal) + field.Length + 3;
        var end = Sample.IndexOfAny([',', '}'], begin);
        return Sample[..begin] + value + Sample[end..];
    }
}
