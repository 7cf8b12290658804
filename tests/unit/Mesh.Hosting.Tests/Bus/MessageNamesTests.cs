using System.Collections.Concurrent;
using MassTransit;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Tests.Bus;

/// <summary>The names by which other versions and stored messages identify a message contain no CLR names.</summary>
public sealed class MessageNamesTests
{
    [Fact]
    public async Task Requests_replies_and_events_travel_under_their_declared_names()
    {
        var headers = new ConcurrentQueue<string>();
        var events = new Recorder<MigrationEvent>();
        await using var host = await BusHost.StartAsync(services => services
            .AddSubscriber<MigrationEvent>(_ => events)
            .AddRequestHandler<AbortMigration, AbortAnswer>("requests", _ => new Responder<AbortMigration, AbortAnswer>(_ => new AbortAnswer(AbortResult.Aborting, "")))
            .AddRequestHandler<ListHosts, HostList>("requests", _ => new Responder<ListHosts, HostList>(_ => throw new InvalidOperationException("no"))));
        host.Services.GetRequiredService<IBus>().ConnectReceiveObserver(new HeaderObserver(headers));

        await host.Bus.RequestAsync<AbortMigration, AbortAnswer>("requests", new(new MigrationId("m1"), "jane"));
        await Should.ThrowAsync<BusRequestException>(() => host.Bus.RequestAsync<ListHosts, HostList>("requests", new ListHosts()));
        await host.Bus.PublishAsync<MigrationEvent>(Messages.Stalled());
        await events.NextAsync();

        headers.Order(StringComparer.Ordinal).ShouldBe(
        [
            "urn:message:mesh:abort-answer", "urn:message:mesh:abort-migration", "urn:message:mesh:list-hosts",
            "urn:message:mesh:list-hosts:fault;urn:message:MassTransit:Fault", "urn:message:mesh:migration-event",
        ]);
    }

    [Fact]
    public async Task Exchanges_are_named_by_the_declared_names()
    {
        await using var host = await BusHost.StartAsync(_ => { });

        var topology = host.Services.GetRequiredService<IBus>().Topology;

        topology.Message<MigrationEvent>().EntityName.ShouldBe("mesh.messages.migration-event");
        topology.Message<MeshHeartbeat>().EntityName.ShouldBe(AgentQueues.Heartbeats);
        topology.Message<Fault<ListHosts>>().EntityName.ShouldBe("mesh.messages.list-hosts.fault");
    }

    [Fact]
    public void A_message_without_a_name_is_rejected() =>
        Should.Throw<InvalidOperationException>(() => MessageNames.Of(typeof(MigrationStalled))).Message.ShouldContain("has no [MessageName]");

    private sealed class HeaderObserver(ConcurrentQueue<string> headers) : IReceiveObserver
    {
        public Task PreReceive(ReceiveContext context)
        {
            headers.Enqueue(context.TransportHeaders.Get<string>("MT-MessageType") ?? "none");
            return Task.CompletedTask;
        }

        public Task PostReceive(ReceiveContext context) => Task.CompletedTask;

        public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
            where T : class => Task.CompletedTask;

        public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
            where T : class => Task.CompletedTask;

        public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;
    }

    private sealed class Responder<TRequest, TReply>(Func<TRequest, TReply> answer) : IRequestHandler<TRequest, TReply>
        where TRequest : class
        where TReply : class
    {
        public Task<TReply> AnswerAsync(TRequest request, CancellationToken cancellation) => Task.FromResult(answer(request));
    }
}
