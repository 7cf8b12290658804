using Mesh.Contracts.Agents;
using Mesh.Testing;

namespace Mesh.Durability.Tests;

public sealed class When_the_broker_goes_and_comes_back(BrokerFixture broker)
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Commands_wait_in_the_outbox_and_arrive_in_order_none_of_them_lost()
    {
        await using var host = await BrokerHost.StartAsync(broker.Url);
        await host.KeepAsync(BrokerHost.Command(0));
        await Eventually.HoldsAsync(() => host.Commands.All.Count == 1, "the first goes through", Patience);

        await broker.Server.KillAsync();
        for (var number = 1; number <= 50; number++)
            await host.KeepAsync(BrokerHost.Command(number));
        host.Commands.All.Count.ShouldBe(1);
        await broker.Server.StartAsync();

        await Eventually.HoldsAsync(() => host.Commands.All.DistinctBy(command => command.CommandId).Count() == 51, "all arrive", Patience);
        host.Commands.All.DistinctBy(command => command.CommandId).Select(command => command.CommandId.Value)
            .ShouldBe(Enumerable.Range(0, 51).Select(number => $"m1.1.{number}"));
    }

    [Fact]
    public async Task The_first_report_that_arrives_is_none_that_hung_in_the_client()
    {
        await using var host = await BrokerHost.StartAsync(broker.Url);
        await host.Bus.OfferAsync(AgentQueues.HostReports, host.Report(0));
        await Eventually.HoldsAsync(() => host.Reports.All.Count == 1, "the first goes through", Patience);
        await broker.Server.KillAsync();

        // One at a time, as an agent does: what is not taken within its life is worth nothing any more.
        long sequence = 0;
        async Task OfferAsync()
        {
            using var life = new CancellationTokenSource(Life);
            try
            {
                await host.Bus.OfferAsync(AgentQueues.HostReports, host.Report(++sequence), life.Token);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                // The next one is newer.
            }
        }

        var away = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(away) < TimeSpan.FromSeconds(20))
            await OfferAsync();
        var newest = sequence;
        var returning = broker.Server.StartAsync();
        while (host.Reports.All.All(report => report.Sequence == 0) && TimeProvider.System.GetElapsedTime(away) < TimeSpan.FromSeconds(20) + Patience)
            await OfferAsync();
        await returning;

        host.Reports.All.First(report => report.Host == host.Here && report.Sequence > 0).Sequence.ShouldBeGreaterThan(newest);
    }
}
