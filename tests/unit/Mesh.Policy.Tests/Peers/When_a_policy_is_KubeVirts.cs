using Mesh.Contracts.Telemetry;
using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Peers;

/// <summary>KubeVirt checks every 0.4 s; its GiB is 10^9 bytes, rounded up.</summary>
public sealed class When_a_policy_is_KubeVirts
{
    [Theory]
    [InlineData("kubevirt", 0.9, 150.4)]
    [InlineData("kubevirt", 1, 300.4)]
    [InlineData("kubevirt", 16, 2700.4)]
    [InlineData("harvester", 1.5, 1200.4)]
    [InlineData("harvester", 0.125, 100.4)]
    public void Should_abort_after_the_completion_timeout(string policy, double memory, double expected) =>
        PeerAction.Replay(policy, TraceTable.Slow(memory, every: 0.4m, until: (decimal)expected + 10)).ShouldBe([PeerAction.Abort((decimal)expected)]);

    [Theory]
    [InlineData("kubevirt", 600.4)]
    [InlineData("harvester", 1600.4)]
    public void Should_count_copied_disks(string policy, double expected) =>
        PeerAction.Replay(policy, TraceTable.Slow(1, every: 0.4m, until: 1700, disksGiB: policy == "kubevirt" ? [1, 1] : [1])).ShouldBe([PeerAction.Abort((decimal)expected)]);

    [Fact]
    public void Should_switch_to_post_copy_if_allowed()
    {
        PeerAction.Replay("kubevirt-post-copy", TraceTable.Slow(1, every: 0.4m, until: 700)).ShouldBe([PeerAction.PostCopy(300.4m)]);
        PeerAction.Replay("kubevirt-post-copy", TraceTable.Slow(1, every: 0.4m, until: 700, allow: "{}")).ShouldBe([PeerAction.Abort(300.4m)]);
    }

    [Fact]
    public void Should_suspend_and_allow_the_same_time_again_if_workload_disruption_is_allowed() =>
        PeerAction.Replay("kubevirt-workload-disruption", TraceTable.Create(1, Enumerable.Range(0, 1750).Select(tick => (tick * 0.4m, 1L, 200_000.0 - tick))))
            .ShouldBe([PeerAction.Suspend(300.4m), PeerAction.Abort(600.4m)]);

    [Fact]
    public void Should_not_suspend_where_that_could_not_be_finished() =>
        PeerAction.Replay("kubevirt-workload-disruption", TraceTable.Slow(1, every: 0.4m, until: 700)).ShouldBe([PeerAction.Abort(300.4m)], "the rest takes 999 s, KubeVirt would abort after 300");

    [Theory]
    [InlineData("kubevirt")]
    [InlineData("kubevirt-post-copy")]
    [InlineData("kubevirt-workload-disruption")]
    [InlineData("harvester")]
    public void Should_abort_if_no_less_remains_for_150_s(string policy)
    {
        // Less remains until 20 s, then more and more; the last progress is at 20 s.
        var trace = TraceTable.Create(4, Enumerable.Range(0, 1000).Select(tick => (tick * 0.4m, 1L, tick <= 50 ? 1000.0 - tick : 1000.0 + tick)));
        PeerAction.Replay(policy, trace).ShouldBe([PeerAction.Abort(170.4m)]);
    }

    [Fact]
    public void Should_consider_a_sawtooth_progress() =>
        PeerAction.Replay("kubevirt", TraceTable.Create(1, Enumerable.Range(0, 1000).Select(tick => (tick * 0.4m, tick / 10L, 1000.0 + tick - (5 * (tick % 2)))))).ShouldBe([PeerAction.Abort(300.4m)]);

    [Fact]
    public void Should_give_a_suspended_VM_until_the_completion_timeout_has_passed_again() =>
        PeerAction.Replay("kubevirt-workload-disruption", TraceTable.Create(1, Enumerable.Range(0, 2000).Select(tick => (tick * 0.4m, 1L, tick < 800 ? 9000.0 - tick : 8200))))
            .ShouldBe([PeerAction.Suspend(300.4m), PeerAction.Abort(600.4m)], "KubeVirt's progress timeout, which the mesh does not apply to a paused VM, would abort at 470 s");

    [Fact]
    public void Should_abort_nothing_in_post_copy() =>
        PeerAction.Replay("kubevirt", TraceTable.Create(1, [(0, 1, 900), (100, 1, 800)]) is var trace ? trace with
        {
            Samples = [.. trace.Samples, .. Enumerable.Range(101, 900).Select(second => new TraceSample(JobPhase.PostCopy, trace.Samples[1].Copy with { Elapsed = TimeSpan.FromSeconds(second) }))],
        } : null!).ShouldBeEmpty();
}
