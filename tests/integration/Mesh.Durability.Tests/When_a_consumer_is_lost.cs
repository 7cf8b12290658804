using System.Collections.Concurrent;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Consumers;
using Mesh.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Mesh.Durability.Tests;

/// <summary>A queue whose consumer is cancelled stands for one whose consumer MassTransit has lost.</summary>
public sealed class When_a_consumer_is_lost(BrokerFixture broker)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Every_queue_of_a_healthy_service_has_one()
    {
        await using var host = await BusTestHost.StartAsync(broker.Url);
        using var monitor = CreateMonitor(host, new EventLog());

        monitor.Queues().ShouldContain(AgentQueues.Commands(host.HostName));
        (await monitor.FindAbandonedQueuesAsync(default)).ShouldBe([]);
        await AskAsync(host);
        (await monitor.FindAbandonedQueuesAsync(default)).ShouldBe([]);
    }

    [Fact]
    public async Task The_bus_restarts_and_consumes_again()
    {
        var queue = $"orphaned.{Guid.NewGuid():N}";
        await using var host = await BusTestHost.StartAsync(broker.Url);
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker.Url) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync(queue, durable: false, exclusive: false, autoDelete: false);
        var consumer = await channel.BasicConsumeAsync(queue, autoAck: true, new AsyncEventingBasicConsumer(channel));
        var log = new EventLog();
        using var monitor = CreateMonitor(host, log, AgentQueues.Commands(host.HostName), queue);
        (await monitor.FindAbandonedQueuesAsync(default)).ShouldBe([]);
        await channel.BasicCancelAsync(consumer);

        await monitor.StartAsync(default);
        await Eventually.HoldsAsync(() => log.Lines.Any(line => line.StartsWith("161 ", StringComparison.Ordinal)), "the bus has restarted", Timeout);
        await monitor.StopAsync(default);

        log.Lines[0].ShouldBe($"160 No consumer is left on {queue} although the broker is reachable; restarting the bus");
        await host.EnqueueAsync(BusTestHost.Command(1));
        await Eventually.HoldsAsync(() => host.Commands.All.Any(command => command.CommandId == BusTestHost.Command(1).CommandId), "commands arrive", Timeout);
        await AskAsync(host);
    }

    private static async Task AskAsync(BusTestHost host) =>
        (await host.Bus.RequestAsync<AbortMigration, AbortAnswer>(host.Requests, new(new("m1"), "tester"))).Result.ShouldBe(AbortResult.Aborting);

    private ConsumerMonitor CreateMonitor(BusTestHost host, EventLog log, params string[] queues)
    {
        var options = Options.Create(new BusOptions { Broker = broker.Url });
        return queues.Length == 0 ? new ConsumerMonitor(host.Control, options, log) : new ConsumerMonitor(host.Control, options, log) { Queues = () => queues };
    }

    private sealed class EventLog : ILogger<ConsumerMonitor>
    {
        private readonly ConcurrentQueue<string> _lines = [];

        public IReadOnlyList<string> Lines => [.. _lines];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{eventId.Id} {formatter(state, exception)}");
    }
}
