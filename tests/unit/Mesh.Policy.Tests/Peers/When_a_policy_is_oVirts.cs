namespace Mesh.Policy.Tests.Peers;

/// <summary>VDSM checks every 10 s, takes one action per check, and counts passes since the first that it observed.</summary>
public sealed class When_a_policy_is_oVirts
{
    public static TheoryData<string, string> Timelines => new()
    {
        { "ovirt-minimal-downtime", "30:150 40:200 50:300 60:400 80:500 90:abort" },
        { "ovirt-suspend-if-needed", "30:150 40:200 50:300 60:400 80:500 90:5000 100:abort" },
        { "ovirt-post-copy", "30:150 40:200 50:post-copy" },
        { "ovirt-very-large", "30:400 40:500 50:700 60:1000 80:1500 90:5000 100:abort" },
        { "ovirt-legacy", "30:104 40:120 50:189 60:500 440:500 450:abort" },
    };

    [Theory]
    [MemberData(nameof(Timelines))]
    public void Should_act_at_the_passes_of_its_schedule(string policy, string expected) =>
        PeerAction.Replay(policy, TraceTable.Passes(every: 10, count: 60)).ShouldBe(Read(expected));

    [Theory]
    [MemberData(nameof(Timelines))]
    public void Should_count_from_the_first_observed_pass(string policy, string expected) =>
        PeerAction.Replay(policy, TraceTable.Passes(every: 10, count: 60, first: 1234)).ShouldBe(Read(expected));

    [Theory]
    [MemberData(nameof(Timelines))]
    public void Should_evaluate_every_ten_seconds_however_often_telemetry_arrives(string policy, string expected)
    {
        // Passes start and end between two checks; at a check as many have started as in the table.
        var trace = TraceTable.Create(4, Enumerable.Range(10, 600).Select(second => ((decimal)second, second / 10L, 1000.0)));
        PeerAction.Replay(policy, trace).ShouldBe(Read(expected));
    }

    [Theory]
    [InlineData("ovirt-minimal-downtime", "20:150 30:200 40:300 50:400 60:500 70:abort")]
    [InlineData("ovirt-suspend-if-needed", "20:150 30:200 40:300 50:400 60:500 70:5000 80:abort")]
    [InlineData("ovirt-post-copy", "20:150 30:200 40:post-copy")]
    [InlineData("ovirt-very-large", "20:400 30:500 40:700 50:1000 60:1500 70:5000 80:abort")]
    [InlineData("ovirt-legacy", "20:104 30:120 40:189 50:500 60:500 70:abort")]
    public void Should_take_one_action_per_sample_if_passes_are_short(string policy, string expected) =>
        PeerAction.Replay(policy, TraceTable.Create(4, Enumerable.Range(1, 20).Select(tick => (tick * 10m, tick * 50L, 1000.0)))).ShouldBe(Read(expected));

    [Theory]
    [MemberData(nameof(Timelines))]
    public void Should_not_act_on_a_stream_that_stalls_within_a_pass(string policy, string expected)
    {
        expected.ShouldNotBeEmpty();
        PeerAction.Replay(policy, TraceTable.Create(4, Enumerable.Range(1, 1000).Select(tick => (tick * 10m, 2L, 1000.0)))).ShouldBeEmpty();
    }

    [Fact]
    public void Should_abort_at_the_next_pass_if_post_copy_is_refused() =>
        PeerAction.Replay("ovirt-post-copy", TraceTable.Passes(every: 10, count: 20, allow: """{"throttle":true,"pause":true}""")).ShouldBe(Read("30:150 40:200 60:abort"));

    [Fact]
    public void Should_wait_for_a_new_pass_after_each_action() =>
        PeerAction.Replay("ovirt-minimal-downtime", TraceTable.Create(4, new long[] { 1, 3, 3, 3, 4, 4, 5, 9, 9, 9, 10, 11 }.Select((pass, index) => ((index + 1) * 10m, pass, 1000.0))))
            .ShouldBe(Read("20:150 50:200 70:300 80:400 110:500 120:abort"));

    private static IReadOnlyList<PeerAction> Read(string timeline) =>
    [
        .. timeline.Split(' ').Select(entry => entry.Split(':')).Select(entry =>
            long.TryParse(entry[1], out var downtime) ? PeerAction.Downtime(decimal.Parse(entry[0]), downtime) : new PeerAction(decimal.Parse(entry[0]), entry[1])),
    ];
}
