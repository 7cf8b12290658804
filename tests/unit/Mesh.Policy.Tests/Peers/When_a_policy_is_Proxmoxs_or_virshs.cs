namespace Mesh.Policy.Tests.Peers;

/// <summary>Proxmox doubles the downtime each time that what remains has grown, or was nothing, more than five times.</summary>
public sealed class When_a_policy_is_Proxmoxs_or_virshs
{
    [Fact]
    public void Should_double_at_each_sixth_growth() =>
        Act.Of("proxmox", Table.Of(1, Enumerable.Range(1, 25).Select(second => ((decimal)second, 1L, 100.0 + second))))
            .ShouldBe([Act.Downtime(7, 200), Act.Downtime(13, 400), Act.Downtime(19, 800), Act.Downtime(25, 1600)]);

    [Fact]
    public void Should_count_growth_alone_and_never_abort()
    {
        // Six growths, each followed by a fall and a standstill.
        double[] remaining = [100, .. Enumerable.Repeat(new[] { 150.0, 100, 100 }, 6).SelectMany(times => times)];
        Act.Of("proxmox", Table.Of(1, remaining.Select((left, second) => ((decimal)second, 1L, left)))).ShouldBe([Act.Downtime(16, 200)]);
    }

    [Fact]
    public void Should_count_moments_at_which_nothing_remains() =>
        Act.Of("proxmox", Table.Of(1, Enumerable.Range(1, 12).Select(second => ((decimal)second, 1L, 0.0)))).ShouldBe([Act.Downtime(6, 200), Act.Downtime(12, 400)]);

    [Fact]
    public void Should_stop_at_2000_s_of_downtime()
    {
        var actions = Act.Of("proxmox", Table.Of(1, Enumerable.Range(1, 500).Select(second => ((decimal)second, 1L, 100.0 + second))));
        actions.Count.ShouldBe(15);
        actions[^2].Value.ShouldBe(1_638_400);
        actions[^1].Value.ShouldBe(2_000_000);
    }

    [Theory]
    [InlineData("virsh")]
    [InlineData("virsh-auto-converge")]
    public void Should_do_nothing_ever(string policy) =>
        Act.Of(policy, Table.Of(1, Enumerable.Range(1, 5000).Select(second => (second * 10m, 1L + (second / 20), 500.0)))).ShouldBeEmpty();
}
