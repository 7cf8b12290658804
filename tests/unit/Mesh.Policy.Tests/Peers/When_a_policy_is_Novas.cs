namespace Mesh.Policy.Tests.Peers;

/// <summary>
/// Nova checks every 0.5 s; a step every int(75 s per GiB), memory and each disk counting as at least 2 GiB; timed out after int(800 s per
/// GiB).
/// </summary>
public sealed class When_a_policy_is_Novas
{
    private static readonly int[] Downtimes = [50, 95, 140, 185, 230, 275, 320, 365, 410, 455, 500];

    [Theory]
    [InlineData(2, new double[] { }, 150, 1600)]
    [InlineData(0.5, new double[] { }, 150, 1600)]
    [InlineData(2.5, new double[] { }, 187, 2000)]
    [InlineData(3.3, new double[] { }, 247, 2639)]
    [InlineData(1, new[] { 0.25, 3.3 }, 547, 5839)]
    [InlineData(0.1, new[] { 1.0, 1.0, 1.0 }, 600, 6400)]
    public void Should_raise_the_downtime_by_time_and_finally_abort(double memory, double[] disks, int step, int timeout)
    {
        var expected = Downtimes.Select((downtime, index) => PeerAction.Downtime((index * step) + 0.5m, downtime)).Append(PeerAction.Abort(timeout + 0.5m));
        PeerAction.Replay("nova", TraceTable.Slow(memory, every: 0.5m, until: timeout + 100, disks)).ShouldBe(expected);
    }

    [Fact]
    public void Should_take_the_last_of_several_missed_steps() =>
        PeerAction.Replay("nova", TraceTable.Create(2, [(0, 1, 900), (400, 1, 800), (500, 1, 700), (1000, 1, 600), (1600, 1, 500), (1601, 1, 400)]))
            .ShouldBe([PeerAction.Downtime(400, 140), PeerAction.Downtime(500, 185), PeerAction.Downtime(1000, 320), PeerAction.Downtime(1600, 500), PeerAction.Abort(1601)]);

    [Fact]
    public void Should_take_a_step_only_after_its_time() =>
        PeerAction.Replay("nova", TraceTable.Create(2, [(0, 1, 900), (150, 1, 800), (150.5m, 1, 700), (300, 1, 600)])).ShouldBe([PeerAction.Downtime(150, 50), PeerAction.Downtime(150.5m, 95)]);

    [Theory]
    [InlineData(null, "post-copy")]
    [InlineData("""{"pause":true}""", "suspend")]
    [InlineData("""{"throttle":true}""", null)]
    public void Should_never_abort_if_it_forces_completion(string? allow, string? expected)
    {
        var actions = PeerAction.Replay("nova-force-complete", TraceTable.Slow(2, every: 1, until: 5000, allow: allow));
        actions.Where(action => action.What != "set-downtime").ShouldBe(expected is null ? [] : [new PeerAction(1601, expected)]);
        actions.Count(action => action.What == "set-downtime").ShouldBe(11);
    }

    [Fact]
    public void Should_ignore_passes_and_stuck_streams() =>
        PeerAction.Replay("nova", TraceTable.Create(2, Enumerable.Range(0, 2000).Select(second => ((decimal)second, second / 3L, 500.0))))
            .ShouldBe(PeerAction.Replay("nova", TraceTable.Create(2, Enumerable.Range(0, 2000).Select(second => ((decimal)second, 1L, 500.0)))));
}
