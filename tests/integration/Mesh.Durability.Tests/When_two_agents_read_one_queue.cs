using Mesh.Contracts.Agents;
using Mesh.Testing;

namespace Mesh.Durability.Tests;

/// <summary>Two agents were started with one host name: commands reach one of them, and the other once that one is gone.</summary>
public sealed class When_two_agents_read_one_queue(BrokerFixture broker)
{
    [Fact]
    public async Task Commands_reach_one_and_the_other_takes_over_without_a_restart()
    {
        var first = await BusTestHost.StartAsync(broker.Url);
        await using var second = await BusTestHost.StartSecondAsync(broker.Url, first.HostName);
        var queue = AgentQueues.Commands(first.HostName);
        for (var number = 1; number <= 20; number++)
            await second.Bus.SendAsync(queue, BusTestHost.Command(number));
        await Eventually.HoldsAsync(() => first.Commands.All.Count == 20, "the first agent gets every command", TimeSpan.FromSeconds(60));
        second.Commands.All.ShouldBeEmpty();

        await first.DisposeAsync();
        await second.Bus.SendAsync(queue, BusTestHost.Command(21));
        await Eventually.HoldsAsync(() => second.Commands.All.Count == 1, "the second one takes over", TimeSpan.FromSeconds(120));
    }
}
