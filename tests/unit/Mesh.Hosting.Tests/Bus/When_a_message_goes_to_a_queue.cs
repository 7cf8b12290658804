using Mesh.Contracts.Agents;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Tests.Bus;

public sealed class When_a_message_goes_to_a_queue
{
    [Fact]
    public async Task It_arrives_with_its_derived_type()
    {
        var agent = new Recorder<AgentCommand>();
        await using var host = await BusHost.StartAsync(services => services.AddQueueHandler<AgentCommand>(Messages.Queue, _ => agent, ordered: true));

        await host.Bus.SendAsync<AgentCommand>(Messages.Queue, Messages.Change(1));
        await host.Bus.SendAsync<AgentCommand>(Messages.Queue, Messages.Abort(2));

        (await agent.NextAsync()).ShouldBe(Messages.Change(1));
        (await agent.NextAsync()).ShouldBe(Messages.Abort(2));
    }

    [Fact]
    public async Task Its_handler_can_be_a_keyed_service()
    {
        var agent = new Recorder<AgentCommand>();
        await using var host = await BusHost.StartAsync(services => services
            .AddKeyedSingleton(Messages.Host, agent)
            .AddQueueHandler<AgentCommand>(Messages.Queue, provider => provider.GetRequiredKeyedService<Recorder<AgentCommand>>(Messages.Host)));

        await host.Bus.SendAsync<AgentCommand>(Messages.Queue, Messages.Abort(1));

        (await agent.NextAsync()).ShouldBe(Messages.Abort(1));
    }

    [Fact]
    public async Task An_ordered_queue_delivers_one_at_a_time_in_the_order_of_arrival()
    {
        var concurrent = 0;
        var maxConcurrent = 0;
        var agent = new Recorder<AgentCommand>(async _ =>
        {
            maxConcurrent = Math.Max(maxConcurrent, Interlocked.Increment(ref concurrent));
            await Task.Yield();
            Interlocked.Decrement(ref concurrent);
        });
        await using var host = await BusHost.StartAsync(services => services.AddQueueHandler<AgentCommand>(Messages.Queue, _ => agent, ordered: true));

        for (var number = 1; number <= 200; number++)
            await host.Bus.SendAsync<AgentCommand>(Messages.Queue, Messages.Abort(number));

        (await agent.NextAsync(200)).Select(command => command.CommandId.Value).ShouldBe(Enumerable.Range(1, 200).Select(number => $"m1.1.{number}"));
        maxConcurrent.ShouldBe(1);
    }

    [Fact]
    public async Task Another_queue_delivers_many_at_once()
    {
        var both = new Barrier();
        var reader = new Recorder<AgentCommand>(_ => both.MeetAsync());
        await using var host = await BusHost.StartAsync(services => services.AddQueueHandler<AgentCommand>("many", _ => reader));

        await host.Bus.SendAsync<AgentCommand>("many", Messages.Abort(1));
        await host.Bus.SendAsync<AgentCommand>("many", Messages.Abort(2));

        // Each waits for the other, so both complete only if they are handled concurrently.
        (await reader.NextAsync(2)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task It_is_retried_when_its_handler_throws()
    {
        var tries = 0;
        var agent = new Recorder<AgentCommand>(_ => ++tries < 3 ? throw new InvalidOperationException("not yet") : Task.CompletedTask);
        await using var host = await BusHost.StartAsync(services => services.AddQueueHandler<AgentCommand>(Messages.Queue, _ => agent, ordered: true));

        await host.Bus.SendAsync<AgentCommand>(Messages.Queue, Messages.Abort(1));

        (await agent.NextAsync()).ShouldBe(Messages.Abort(1));
        tries.ShouldBe(3);
    }

    [Fact]
    public async Task It_reaches_a_handler_when_it_is_sent_best_effort()
    {
        var reader = new Recorder<AgentCommand>();
        await using var host = await BusHost.StartAsync(services => services.AddQueueHandler<AgentCommand>("offers", _ => reader, dropOldest: true));

        await host.Bus.SendBestEffortAsync<AgentCommand>("offers", Messages.Abort(1));

        (await reader.NextAsync()).ShouldBe(Messages.Abort(1));
    }

    [Fact]
    public async Task A_best_effort_message_without_a_handler_is_dropped_without_an_error()
    {
        await using var host = await BusHost.StartAsync(_ => { });

        await host.Bus.SendBestEffortAsync<AgentCommand>("nobody", Messages.Abort(1));
    }

    /// <summary>Two handlers that wait for each other.</summary>
    private sealed class Barrier
    {
        private readonly TaskCompletionSource _both = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _arrived;

        public Task MeetAsync()
        {
            if (Interlocked.Increment(ref _arrived) == 2)
                _both.SetResult();
            return _both.Task;
        }
    }
}
