using Dapper;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Outbox;
using Mesh.Hosting.Store;
using Mesh.Hosting.Tests.Bus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Hosting.Tests.Store;

public sealed class When_messages_go_through_the_outbox : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task They_are_sent_in_order_as_what_they_were_kept_as()
    {
        var bus = new RecordingBus();
        using var host = await StartAsync(bus);

        await KeepAsync(host, OutboxMessage.To<AgentCommand>(Messages.Queue, Messages.Abort(1)), OutboxMessage.ToAll<MigrationEvent>(Messages.Stalled()));

        (await bus.NextAsync()).ShouldBe((Messages.Queue, typeof(AgentCommand), Messages.Abort(1)));
        (await bus.NextAsync()).ShouldBe((null, typeof(MigrationEvent), Messages.Stalled()));
        await host.StopAsync();
    }

    [Fact]
    public async Task They_are_not_sent_when_what_decided_them_was_not_kept()
    {
        var bus = new RecordingBus();
        using var host = await StartAsync(bus);

        await Should.ThrowAsync<InvalidOperationException>(() => Database(host).WriteAsync<int>(async (connection, transaction) =>
        {
            await OutboxTable.AddAsync(connection, transaction, [OutboxMessage.To<AgentCommand>(Messages.Queue, Messages.Abort(1))]);
            throw new InvalidOperationException("the snapshot could not be kept");
        }));
        await KeepAsync(host, OutboxMessage.To<AgentCommand>(Messages.Queue, Messages.Abort(2)));

        (await bus.NextAsync()).Message.ShouldBe(Messages.Abort(2));
        bus.WaitingCount.ShouldBe(0);
        await host.StopAsync();
    }

    [Fact]
    public async Task They_wait_in_order_while_the_broker_is_away()
    {
        var refusals = 2;
        var bus = new RecordingBus(_ => refusals-- > 0 ? throw new IOException("no broker") : Task.CompletedTask);
        using var host = await StartAsync(bus);

        await KeepAsync(host, [.. Enumerable.Range(1, 5).Select(number => OutboxMessage.To<AgentCommand>(Messages.Queue, Messages.Abort(number)))]);

        for (var number = 1; number <= 5; number++)
            (await bus.NextAsync()).Message.ShouldBe(Messages.Abort(number));
        await host.StopAsync();
    }

    [Fact]
    public async Task They_survive_the_process_that_decided_them()
    {
        var away = new RecordingBus(_ => throw new IOException("no broker"));
        using (var first = await StartAsync(away))
        {
            await KeepAsync(first, OutboxMessage.To<AgentCommand>(Messages.Queue, Messages.Abort(1)));
            await first.StopAsync();
        }

        var bus = new RecordingBus();
        using var second = await StartAsync(bus);

        (await bus.NextAsync()).Message.ShouldBe(Messages.Abort(1));
        await second.StopAsync();
    }

    [Fact]
    public async Task They_are_sent_once_by_a_bus_that_takes_them()
    {
        var bus = new RecordingBus();
        using (var first = await StartAsync(bus))
        {
            await KeepAsync(first, OutboxMessage.To<AgentCommand>(Messages.Queue, Messages.Abort(1)));
            await bus.NextAsync();
            await first.StopAsync();
        }

        using var second = await StartAsync(bus);
        await KeepAsync(second, OutboxMessage.To<AgentCommand>(Messages.Queue, Messages.Abort(2)));

        (await bus.NextAsync()).Message.ShouldBe(Messages.Abort(2));
        bus.WaitingCount.ShouldBe(0);
        await second.StopAsync();
    }

    [Fact]
    public async Task One_whose_transaction_ends_late_is_not_lost()
    {
        // Where several transactions write at once, a lower number may become visible after a higher one has been read.
        IHost? host = null;
        var hasLateOne = false;
        var bus = new RecordingBus(async _ =>
        {
            if (hasLateOne)
                return;
            hasLateOne = true;
            await KeepAsAsync(host!, 5, Messages.Abort(5));
        });
        using var started = await StartAsync(bus);
        host = started;

        await KeepAsAsync(host, 10, Messages.Abort(10));
        (await bus.NextAsync()).Message.ShouldBe(Messages.Abort(10));
        await KeepAsAsync(host, 11, Messages.Abort(11));

        var next = new[] { (await bus.NextAsync()).Message, (await bus.NextAsync()).Message };
        next.ShouldBe([Messages.Abort(5), Messages.Abort(11)], ignoreOrder: true);
        await host.StopAsync();
    }

    private async Task<IHost> StartAsync(RecordingBus bus)
    {
        var host = _store.Build(services => services
            .AddSingleton<IMessageBus>(bus)
            .AddOutboxMessage<AgentCommand>()
            .AddOutboxMessage<MigrationEvent>());
        await host.StartAsync();
        return host;
    }

    private static MeshDatabase Database(IHost host) => host.Services.GetRequiredService<MeshDatabase>();

    private static async Task KeepAsync(IHost host, params OutboxMessage[] messages)
    {
        await Database(host).WriteAsync(async (connection, transaction) =>
        {
            await OutboxTable.AddAsync(connection, transaction, messages);
            return true;
        });
        host.Services.GetRequiredService<OutboxSignal>().Raise();
    }

    private static async Task KeepAsAsync(IHost host, long seq, AgentCommand command)
    {
        var message = OutboxMessage.To(Messages.Queue, command);
        await Database(host).WriteAsync((connection, transaction) => connection.ExecuteAsync(
            "INSERT INTO outbox (seq, message_type, queue, body) VALUES (@seq, @MessageType, @Queue, @Body)",
            new { seq, message.MessageType, message.Queue, message.Body }, transaction));
        host.Services.GetRequiredService<OutboxSignal>().Raise();
    }
}
