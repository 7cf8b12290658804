namespace Mesh.Policy.Tests.Peers;

/// <summary>Proxmox doubles the downtime each time the remaining data has grown, or was zero, more than five times.</summary>
public sealed class When_a_policy_is_Proxmoxs_or_virshs
{
    [Fact]
    public void Should_double_at_each_sixth_growth() =>
        PeerAction.Replay("proxmox", TraceTable.Create(1, Enumerable.Range(1, 25).Select(second => ((decimal)second, 1L, 100.0 + second))))
            .ShouldBe([PeerAction.Downtime(7, 200), PeerAction.Downtime(13, 400), PeerAction.Downtime(19, 800), PeerAction.Downtime(25, 1600)]);

    [Fact]
    public void Should_count_only_growth_and_never_abort()
    {
        // Six increases, each followed by a decrease and a standstill.
        double[] remaining = [100, .. Enumerable.Repeat(new[] { 150.0, 100, 100 }, 6).SelectMany(times => times)];
        PeerAction.Replay("proxmox", TraceTable.Create(1, remaining.Select((left, second) => ((decimal)second, 1L, left)))).ShouldBe([PeerAction.Downtime(16, 200)]);
    }

    [Fact]
    public void Should_count_moments_at_which_nothing_remains() =>
        PeerAction.Replay("proxmox", TraceTable.Create(1, Enumerable.Range(1, 12).Select(second => ((decimal)second, 1L, 0.0)))).ShouldBe([PeerAction.Downtime(6, 200), PeerAction.Downtime(12, 400)]);

    [Fact]
    public void Should_stop_at_2000_s_of_downtime()
    {
        var actions = PeerAction.Replay("proxmox", TraceTable.Create(1, Enumerable.Range(1, 500).Select(second => ((decimal)second, 1L, 100.0 + second))));
        actions.Count.ShouldBe(15);
        actions[^2].Value.ShouldBe(1_638_400);
        actions[^1].Value.ShouldBe(2_000_000);
    }

    [Theory]
    [InlineData("virsh")]
    [InlineData("virsh-auto-converge")]
    public void Should_do_nothing_ever(string policy) =>
        PeerAction.Replay(policy, TraceTable.Create(1, Enumerable.Range(1, 5000).Select(second => (second * 10m, 1L + (second / 20), 500.0)))).ShouldBeEmpty();
}
