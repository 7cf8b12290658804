using Mesh.Contracts.Events;

namespace Mesh.Hosting.Tests.Bus;

public sealed class When_a_message_is_published
{
    [Fact]
    public async Task Every_subscriber_receives_it_with_its_derived_type()
    {
        var (first, second) = (new Recorder<MigrationEvent>(), new Recorder<MigrationEvent>());
        await using var host = await BusHost.StartAsync(services => services
            .AddSubscriber<MigrationEvent>(_ => first)
            .AddSubscriber<MigrationEvent>(_ => second));

        await host.Bus.PublishAsync<MigrationEvent>(Messages.Stalled());

        (await first.NextAsync()).ShouldBe(Messages.Stalled());
        (await second.NextAsync()).ShouldBe(Messages.Stalled());
    }

    [Fact]
    public async Task It_needs_no_subscriber()
    {
        await using var host = await BusHost.StartAsync(_ => { });

        await host.Bus.PublishAsync<MigrationEvent>(Messages.Stalled());
    }

    [Fact]
    public async Task It_does_not_reach_queues()
    {
        var (subscriber, queue) = (new Recorder<MigrationEvent>(), new Recorder<MigrationEvent>());
        await using var host = await BusHost.StartAsync(services => services
            .AddSubscriber<MigrationEvent>(_ => subscriber)
            .AddQueueHandler<MigrationEvent>("events", _ => queue));

        await host.Bus.PublishAsync<MigrationEvent>(Messages.Stalled());
        await subscriber.NextAsync();
        await host.Bus.SendAsync<MigrationEvent>("events", Messages.Stalled() with { VmName = "sent" });

        (await queue.NextAsync()).VmName.ShouldBe("sent");
        queue.WaitingCount.ShouldBe(0);
    }
}
