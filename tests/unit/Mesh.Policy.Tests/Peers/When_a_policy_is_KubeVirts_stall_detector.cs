using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Peers;

/// <summary>Passes of 10 s at 1000 MiB/s, evaluated every 0.4 s: what remains at the start of each decides.</summary>
public sealed class When_a_policy_is_KubeVirts_stall_detector
{
    private const string Policy = "kubevirt-stall-detector";

    [Fact]
    public void Should_switch_over_at_the_first_minimum_after_the_window_and_abort_60_s_later() =>
        PeerAction.Replay(Policy, Passes(16, [4000, 800, 800, 800, 800, 800, 800, 800, 800, 800, 800, 800, 800, 800])).ShouldBe([PeerAction.Downtime(60, 900), PeerAction.Abort(120.4m)]);

    [Theory]
    [InlineData(1350, "set-downtime")]
    [InlineData(1352, "abort")]
    public void Should_abort_if_the_downtime_would_exceed_the_budget_by_more_than_half(double remaining, string expected) =>
        PeerAction.Replay(Policy, Passes(16, [4000, .. Enumerable.Repeat(remaining, 6)]))[0].ShouldBe(new PeerAction(60, expected, expected == "abort" ? null : 900));

    [Theory]
    [InlineData(960, true)]
    [InlineData(959, false)]
    public void Should_stall_at_96_percent_of_the_best_before_the_window(double remaining, bool isStall) =>
        PeerAction.Replay(Policy, Passes(16, [4000, 1000, 1100, 1100, 1100, remaining])).Any().ShouldBe(isStall);

    [Theory]
    [InlineData(832, true)]
    [InlineData(833, false)]
    public void Should_switch_over_at_104_percent_of_the_best(double remaining, bool isMinimum) =>
        PeerAction.Replay(Policy, Passes(16, [4000, 800, 1100, 1100, 1100, 900, remaining])).ShouldBe(isMinimum ? [PeerAction.Downtime(70, 900)] : []);

    [Fact]
    public void Should_accept_the_next_best_when_its_waiting_time_has_passed()
    {
        // Stalled at 60 s; 40 s later the least since then, 900, suffices; 20 s later the next, 910.
        double[] since = [900, 1100, 1100, 1100, 1100];
        PeerAction.Replay(Policy, Passes(16, [4000, 800, 1100, 1100, 1100, 1100, .. since, 936])).ShouldBe([PeerAction.Downtime(120, 900)]);
        PeerAction.Replay(Policy, Passes(16, [4000, 800, 1100, 1100, 1100, 1100, .. since, 937, 950])).ShouldBe([PeerAction.Downtime(120, 900)], "937 is now the best");
    }

    [Fact]
    public void Should_abort_at_the_completion_timeout_a_first_pass_that_never_ends() =>
        PeerAction.Replay(Policy, TraceTable.Slow(1, every: 0.4m, until: 400)).ShouldBe([PeerAction.Abort(300.4m)]);

    [Fact]
    public void Should_not_abort_a_stream_that_is_stuck_before_the_completion_timeout() =>
        PeerAction.Replay(Policy, TraceTable.Create(1, Enumerable.Range(0, 1000).Select(tick => (tick * 0.4m, 1L, 5000.0)))).ShouldBe([PeerAction.Abort(300.4m)]);

    /// <summary>Pass n starts at n times 10 s with the given remaining data, which decreases within the pass.</summary>
    private static MigrationTrace Passes(double memory, IReadOnlyList<double> beginnings) =>
        TraceTable.Create(memory, Enumerable.Range(25, beginnings.Count * 25).Select(tick => (tick * 0.4m, tick / 25L, Math.Floor(beginnings[(tick / 25) - 1] * (25 - (tick % 25)) / 25))));
}
