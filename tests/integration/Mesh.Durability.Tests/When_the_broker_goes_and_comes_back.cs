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
    public async Task Commands_wait_in_the_outbox_and_arrive_in_order_without_loss()
    {
        await using var host = await BusTestHost.StartAsync(broker.Url);
        await host.EnqueueAsync(BusTestHost.Command(0));
        await Eventually.HoldsAsync(() => host.Commands.All.Count == 1, "the first arrives", Timeout);

        await broker.Server.KillAsync();
        for (var number = 1; number <= 50; number++)
            await host.EnqueueAsync(BusTestHost.Command(number));
        host.Commands.All.Count.ShouldBe(1);
        await broker.Server.StartAsync();

        await Eventually.HoldsAsync(() => host.Commands.All.DistinctBy(command => command.CommandId).Count() == 51, "all arrive", Timeout);
        host.Commands.All.DistinctBy(command => command.CommandId).Select(command => command.CommandId.Value)
            .ShouldBe(Enumerable.Range(0, 51).Select(number => $"m1.1.{number}"));
    }

    /// <summary>Some clients were able to send again but received nothing any more, above all if they were handling a message when the broker died.</summary>
    [Fact]
    public async Task Every_host_receives_again_even_if_it_was_handling_a_message()
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
                await Eventually.HoldsAsync(() => hosts.TrueForAll(host => host.Commands.StartedCount > 0), "all are handling it", Timeout);

                await broker.Server.KillAsync();
                foreach (var host in hosts)
                    host.Commands.Before = _ => Task.CompletedTask;
                release.SetResult();
                await broker.Server.StartAsync();
                foreach (var host in hosts)
                    await host.EnqueueAsync(BusTestHost.Command((2 * round) + 1));
                await Eventually.HoldsAsync(
                    () => hosts.TrueForAll(host => host.Commands.All.Any(command => command.CommandId == BusTestHost.Command((2 * round) + 1).CommandId)),
                    $"all receive again in round {round}", Timeout);
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

    /// <summary>Sends one report after the other, so that some are always in transit.</summary>
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
    public async Task The_first_report_that_arrives_is_not_one_that_was_stuck_in_the_client()
    {
        await using var host = await BusTestHost.StartAsync(broker.Url);
        await host.Bus.SendBestEffortAsync(AgentQueues.HostReports, host.Report(0));
        await Eventually.HoldsAsync(() => host.Reports.All.Count == 1, "the first arrives", Timeout);
        await broker.Server.KillAsync();

        // One at a time, as an agent does: a report that is not sent within its lifetime is worthless.
        long sequence = 0;
        async Task SendAsync()
        {
            using var lifetime = new CancellationTokenSource(MessageLifetime);
            try
            {
                await host.Bus.SendBestEffortAsync(AgentQueues.HostReports, host.Report(++sequence), lifetime.Token);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                // The next one is newer.
            }
        }

        var stoppedAt = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(stoppedAt) < TimeSpan.FromSeconds(20))
            await SendAsync();
        var newest = sequence;
        var restarting = broker.Server.StartAsync();
        while (host.Reports.All.All(report => report.Sequence == 0) && TimeProvider.System.GetElapsedTime(stoppedAt) < TimeSpan.FromSeconds(20) + Timeout)
            await SendAsync();
        await restarting;

        host.Reports.All.First(report => report.Host == host.HostName && report.Sequence > 0).Sequence.ShouldBeGreaterThan(newest);
    }
}
