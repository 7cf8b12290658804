using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;
using Mesh.Policy.Tests.Following;
using Mesh.Policy.Tests.Peers;
using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Traces;

public sealed class When_a_trace_is_written
{
    private static readonly JobPhase[] Phases = [JobPhase.PreCopy, JobPhase.PostCopy, JobPhase.SwitchOver];

    [Fact]
    public void Should_be_read_back_unchanged()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var trace = new RandomTrace(seed, 0.1).Make(_ => 20);
            var odd = trace with
            {
                Subject = trace.Subject with { DowntimeBudget = TimeSpan.FromTicks(12_345), Deadline = seed % 2 == 0 ? null : TimeSpan.FromTicks(7) },
                Samples = [.. trace.Samples.Select((sample, index) => new TraceSample(Phases[index % 3], sample.Copy with { Elapsed = sample.Copy.Elapsed + TimeSpan.FromTicks(index) }))],
            };
            var (read, faults) = TraceFormat.Read(TraceFormat.Write(odd));
            faults.ShouldBeEmpty();
            read!.Samples.ShouldBe(odd.Samples);
            read.Subject.Disks.ShouldBe(odd.Subject.Disks);
            (read.Subject with { Disks = odd.Subject.Disks }).ShouldBe(odd.Subject);
        }
    }

    [Fact]
    public void Should_be_written_as_documented()
    {
        var subject = new PlanSubject(Bytes.FromGibibytes(4), [new Bytes(10)], 2, new() { PostCopy = true }, TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(10));
        var sample = Given.Sample(TimeSpan.FromSeconds(1.5), 1, new(5), new(4), new(3), new(2), 1, new(4096), JobPhase.PostCopy);
        TraceFormat.Write(new MigrationTrace(subject, [sample])).ShouldBe("""
            {"vm":{"memory_bytes":4294967296,"disks_bytes":[10],"vcpus":2},"allow":{"post_copy":true,"throttle":false,"suspend":false,"compression":false},"downtime_slo_ms":500,"deadline_s":600}
            {"t_s":1.5,"iteration":1,"total_bytes":5,"processed_bytes":4,"remaining_bytes":3,"bandwidth_bps":2,"dirty_rate_pages":1,"page_size":4096,"status":"post-copy"}

            """);
    }

    public static TheoryData<PolicyActionKind, string> Actions => new()
    {
        { PolicyActionKind.SetDowntime, """{"t_s":12.4,"action":"set-downtime","value":150,"reason":"so > \"so\""}""" },
        { PolicyActionKind.SetBandwidth, """{"t_s":12.4,"action":"set-bandwidth","value":1048576,"reason":"so > \"so\""}""" },
        { PolicyActionKind.Throttle, """{"t_s":12.4,"action":"throttle","value":40,"reason":"so > \"so\""}""" },
        { PolicyActionKind.PostCopy, """{"t_s":12.4,"action":"post-copy","value":null,"reason":"so > \"so\""}""" },
        { PolicyActionKind.Suspend, """{"t_s":12.4,"action":"suspend","value":null,"reason":"so > \"so\""}""" },
        { PolicyActionKind.Abort, """{"t_s":12.4,"action":"abort","value":null,"reason":"so > \"so\""}""" },
    };

    [Theory]
    [MemberData(nameof(Actions))]
    public void Should_write_an_action_with_the_value_of_its_kind(PolicyActionKind kind, string expected) =>
        TraceFormat.Write(new PlannedAction(TimeSpan.FromSeconds(12.4), kind, "so > \"so\"")
        {
            Parameters = new() { MaxDowntime = TimeSpan.FromMilliseconds(150), Bandwidth = BytesPerSecond.FromMebibytes(1), Throttle = new Percent(40) },
        }).ShouldBe(expected);

    [Fact]
    public void Should_write_the_removal_of_a_bandwidth_limit() =>
        TraceFormat.Write(new PlannedAction(TimeSpan.Zero, PolicyActionKind.SetBandwidth, "")).ShouldBe("""{"t_s":0,"action":"set-bandwidth","value":null,"reason":""}""");
}
