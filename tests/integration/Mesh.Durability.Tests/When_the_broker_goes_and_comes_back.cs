using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Testing;

namespace Mesh.Durability.Tests;

public sealed class When_the_broker_goes_and_comes_back(BrokerFixture broker)
{
    private static readonly TimeSpan MessageLifetime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Commands_wait_in_the_outbox_and_arrive_in_order_none_of_them_lost()
    {
        await using var host = await BusTestHost.StartAsync(broker.Url);
        await host.EnqueueAsync(BusTestHost.Command(0));
        await Eventually.HoldsAsync(() => host.Commands.All.Count == 1, "the first goes through", Timeout);

        await broker.Server.KillAsync();
        for (var number = 1; number <= 50; number++)
            await host.EnqueueAsync(BusTestHost.Command(number));
        host.Commands.All.Count.ShouldBe(1);
        await broker.Server.StartAsync();

        await Eventually.HoldsAsync(() => host.Commands.All.DistinctBy(command => command.CommandId).Count() == 51, "all arrive", Timeout);
        host.Commands.All.DistinctBy(command => command.CommandId).Select(command => command.CommandId.Value)
            .ShouldBe(Enumerable.Range(0, 51).Select(number => $"m1.1.{number}"));
    }

    /// <summary>Clients have been seen that send again and hear nothing any more, above all where a message was in hand when the broker died.</summary>
    [Fact]
    public async Task Every_host_receives_again_whatever_it_was_handling()
    {
        List<BusTestHost> hosts = [];
        using var stop = new CancellationTokenSource();
        List<Task> senders = [];
        await using var relay = new TcpRelay(broker.Server.Port);
        try
        {
            for (var number = 0; number < 8; number++)
                hosts.Add(await BusTestHost.StartAsync($"amqp://guest:guest@127.0.0.1:{relay.Port}"));
            senders.AddRange(hosts.Select(host => SendReportsAsync(host, stop.Token)));
            for (var round = 0; round < 2; round++)
            {
                var release = new TaskCompletionSource();
                foreach (var host in hosts)
                    host.Commands.Before = _ => release.Task;
                foreach (var host in hosts)
                    await host.EnqueueAsync(BusTestHost.Command(2 * round));
                await Eventually.HoldsAsync(() => hosts.TrueForAll(host => host.Commands.StartedCount > 0), "all have it in hand", Timeout);

                await broker.Server.KillAsync();
                foreach (var host in hosts)
                    host.Commands.Before = _ => Task.CompletedTask;
                release.SetResult();
                await broker.Server.StartAsync();
                foreach (var host in hosts)
                    await host.EnqueueAsync(BusTestHost.Command((2 * round) + 1));
                await Eventually.HoldsAsync(
                    () => hosts.TrueForAll(host => host.Commands.All.Any(command => command.CommandId == BusTestHost.Command((2 * round) + 1).CommandId)),
                    $"all hear again in round {round}", Timeout);
                foreach (var host in hosts)
                    host.Commands.StartedCount = 0;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(senders);
            foreach (var host in hosts)
                await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_request_made_as_soon_as_it_is_back_is_answered()
    {
        await using var relay = new TcpRelay(broker.Server.Port);
        await using var host = await BusTestHost.StartAsync($"amqp://guest:guest@127.0.0.1:{relay.Port}");
        for (var round = 0; round < 3; round++)
        {
            var operatorRequest = new AbortMigration(new MigrationId($"m{round}"), "tester");
            (await host.Bus.RequestAsync<AbortMigration, AbortAnswer>(host.Requests, operatorRequest)).Result.ShouldBe(AbortResult.Aborting);
            await broker.Server.KillAsync();
            await broker.Server.StartAsync();
            (await host.Bus.RequestAsync<AbortMigration, AbortAnswer>(host.Requests, operatorRequest)).Result.ShouldBe(AbortResult.Aborting);
        }
    }

    /// <summary>Sends one report after the other, so that some are always under way.</summary>
    private static async Task SendReportsAsync(BusTestHost host, CancellationToken stop)
    {
        for (long sequence = 1; !stop.IsCancellationRequested; sequence++)
        {
            try
            {
                await host.Bus.SendBestEffortAsync(AgentQueues.HostReports, host.Report(sequence), stop);
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
        await using var host = await BusTestHost.StartAsync(broker.Url);
        await host.Bus.SendBestEffortAsync(AgentQueues.HostReports, host.Report(0));
        await Eventually.HoldsAsync(() => host.Reports.All.Count == 1, "the first goes through", Timeout);
        await broker.Server.KillAsync();

        // One at a time, as an agent does: what is not taken within its life is worth nothing any more.
        long sequence = 0;
        async Task OfferAsync()
        {
            using var life = new CancellationTokenSource(MessageLifetime);
            try
            {
                await host.Bus.SendBestEffortAsync(AgentQueues.HostReports, host.Report(++sequence), life.Token);
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
        while (host.Reports.All.All(report => report.Sequence == 0) && TimeProvider.System.GetElapsedTime(away) < TimeSpan.FromSeconds(20) + Timeout)
            await OfferAsync();
        await returning;

        host.Reports.All.First(report => report.Host == host.HostName && report.Sequence > 0).Sequence.ShouldBeGreaterThan(newest);
    }
}
