using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
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

    /// <summary>Clients have been seen that send again and hear nothing any more, above all where a message was in hand when the broker died.</summary>
    [Fact]
    public async Task Every_host_hears_again_whatever_it_had_in_hand()
    {
        List<BrokerHost> hosts = [];
        using var stop = new CancellationTokenSource();
        List<Task> talking = [];
        await using var relay = new TcpRelay(broker.Server.Port);
        try
        {
            for (var number = 0; number < 8; number++)
                hosts.Add(await BrokerHost.StartAsync($"amqp://guest:guest@127.0.0.1:{relay.Port}"));
            talking.AddRange(hosts.Select(host => TalkAsync(host, stop.Token)));
            for (var round = 0; round < 2; round++)
            {
                var inHand = new TaskCompletionSource();
                foreach (var host in hosts)
                    host.Commands.Before = _ => inHand.Task;
                foreach (var host in hosts)
                    await host.KeepAsync(BrokerHost.Command(2 * round));
                await Eventually.HoldsAsync(() => hosts.TrueForAll(host => host.Commands.Begun > 0), "all have it in hand", Patience);

                await broker.Server.KillAsync();
                foreach (var host in hosts)
                    host.Commands.Before = _ => Task.CompletedTask;
                inHand.SetResult();
                await broker.Server.StartAsync();
                foreach (var host in hosts)
                    await host.KeepAsync(BrokerHost.Command((2 * round) + 1));
                await Eventually.HoldsAsync(
                    () => hosts.TrueForAll(host => host.Commands.All.Any(command => command.CommandId == BrokerHost.Command((2 * round) + 1).CommandId)),
                    $"all hear again in round {round}", Patience);
                foreach (var host in hosts)
                    host.Commands.Begun = 0;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(talking);
            foreach (var host in hosts)
                await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_request_made_as_soon_as_it_is_back_is_answered()
    {
        await using var relay = new TcpRelay(broker.Server.Port);
        await using var host = await BrokerHost.StartAsync($"amqp://guest:guest@127.0.0.1:{relay.Port}");
        for (var round = 0; round < 3; round++)
        {
            var wish = new AbortMigration(new MigrationId($"m{round}"), "tester");
            (await host.Bus.RequestAsync<AbortMigration, AbortAnswer>(host.Requests, wish)).Result.ShouldBe(AbortResult.Aborting);
            await broker.Server.KillAsync();
            await broker.Server.StartAsync();
            (await host.Bus.RequestAsync<AbortMigration, AbortAnswer>(host.Requests, wish)).Result.ShouldBe(AbortResult.Aborting);
        }
    }

    /// <summary>Sends one report after the other, so that some are always under way.</summary>
    private static async Task TalkAsync(BrokerHost host, CancellationToken stop)
    {
        for (long sequence = 1; !stop.IsCancellationRequested; sequence++)
        {
            try
            {
                await host.Bus.OfferAsync(AgentQueues.HostReports, host.Report(sequence), stop);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                // The next one is newer.
            }
        }
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
