using Dapper;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Outbox;
using Mesh.Hosting.Store;
using Mesh.Hosting.Tests.Bus;
using Mesh.Testing;
using Mesh.Testing.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Hosting.Tests.Store;

public sealed class When_messages_go_through_the_outbox_on_sqlite() : When_messages_go_through_the_outbox(new SqliteFiles());

public sealed class When_messages_go_through_the_outbox_on_postgresql(PostgresServer server) : When_messages_go_through_the_outbox(server);

public abstract class When_messages_go_through_the_outbox(IStoreSource stores) : StoreTest(stores)
{
    [Fact]
    public async Task They_are_sent_in_order_with_the_type_they_were_added_as()
    {
        var bus = new RecordingBus();
        using var host = await StartAsync(bus);

        await AddAsync(host, OutboxMessage.ToQueue<AgentCommand>(Messages.Queue, Messages.Abort(1)), OutboxMessage.ToSubscribers<MigrationEvent>(Messages.Stalled()));

        (await bus.NextAsync()).ShouldBe((Messages.Queue, typeof(AgentCommand), Messages.Abort(1)));
        (await bus.NextAsync()).ShouldBe((null, typeof(MigrationEvent), Messages.Stalled()));
        await host.StopAsync();
    }

    [Fact]
    public async Task They_are_not_sent_when_their_transaction_fails()
    {
        var bus = new RecordingBus();
        using var host = await StartAsync(bus);

        await Should.ThrowAsync<InvalidOperationException>(() => Database(host).WriteAsync<int>(async (connection, transaction) =>
        {
            await OutboxTable.AddAsync(connection, transaction, [OutboxMessage.ToQueue<AgentCommand>(Messages.Queue, Messages.Abort(1))], DateTimeOffset.UnixEpoch);
            throw new InvalidOperationException("the snapshot could not be saved");
        }));
        await AddAsync(host, OutboxMessage.ToQueue<AgentCommand>(Messages.Queue, Messages.Abort(2)));

        (await bus.NextAsync()).Message.ShouldBe(Messages.Abort(2));
        bus.WaitingCount.ShouldBe(0);
        await host.StopAsync();
    }

    [Fact]
    public async Task They_wait_in_order_while_the_broker_is_down()
    {
        var refusals = 2;
        var bus = new RecordingBus(_ => refusals-- > 0 ? throw new IOException("no broker") : Task.CompletedTask);
        using var host = await StartAsync(bus);

        await AddAsync(host, [.. Enumerable.Range(1, 5).Select(number => OutboxMessage.ToQueue<AgentCommand>(Messages.Queue, Messages.Abort(number)))]);

        for (var number = 1; number <= 5; number++)
            (await bus.NextAsync()).Message.ShouldBe(Messages.Abort(number));
        await host.StopAsync();
    }

    [Fact]
    public async Task They_survive_a_crash_of_their_process()
    {
        var unavailable = new RecordingBus(_ => throw new IOException("no broker"));
        using (var first = await StartAsync(unavailable))
        {
            await AddAsync(first, OutboxMessage.ToQueue<AgentCommand>(Messages.Queue, Messages.Abort(1)));
            await first.StopAsync();
        }

        var bus = new RecordingBus();
        using var second = await StartAsync(bus);

        (await bus.NextAsync()).Message.ShouldBe(Messages.Abort(1));
        await second.StopAsync();
    }

    [Fact]
    public async Task They_are_sent_once_if_the_bus_accepts_them()
    {
        var bus = new RecordingBus();
        using (var first = await StartAsync(bus))
        {
            await AddAsync(first, OutboxMessage.ToQueue<AgentCommand>(Messages.Queue, Messages.Abort(1)));
            await bus.NextAsync();
            await first.StopAsync();
        }

        using var second = await StartAsync(bus);
        await AddAsync(second, OutboxMessage.ToQueue<AgentCommand>(Messages.Queue, Messages.Abort(2)));

        (await bus.NextAsync()).Message.ShouldBe(Messages.Abort(2));
        bus.WaitingCount.ShouldBe(0);
        await second.StopAsync();
    }

    [Fact]
    public async Task One_whose_transaction_commits_late_is_not_lost()
    {
        // If several transactions write concurrently, a lower number may become visible after a higher one has been read.
        IHost? host = null;
        var hasLateOne = false;
        var bus = new RecordingBus(async _ =>
        {
            if (hasLateOne)
                return;
            hasLateOne = true;
            await InsertAsync(host!, 5, Messages.Abort(5));
        });
        using var started = await StartAsync(bus);
        host = started;

        await InsertAsync(host, 10, Messages.Abort(10));
        (await bus.NextAsync()).Message.ShouldBe(Messages.Abort(10));
        await InsertAsync(host, 11, Messages.Abort(11));

        var next = new[] { (await bus.NextAsync()).Message, (await bus.NextAsync()).Message };
        next.ShouldBe([Messages.Abort(5), Messages.Abort(11)], ignoreOrder: true);
        await host.StopAsync();
    }

    [Theory]
    [InlineData("agent-command", "{ \"command\": \"abortJob\" }", "cannot be read as agent-command: ")]
    [InlineData("agent-command", "no JSON", "cannot be read as agent-command: ")]
    [InlineData("agent-command", "null", "cannot be read as agent-command: the body is null")]
    [InlineData("Mesh.Contracts.Agents.AgentCommand", "{}", "this version does not send messages of type Mesh.Contracts.Agents.AgentCommand")]
    public async Task One_that_can_never_be_sent_is_set_aside_with_the_reason_and_the_others_are_sent(string type, string body, string reason)
    {
        var bus = new RecordingBus();
        using var host = await StartAsync(bus);
        await Database(host).WriteAsync((connection, transaction) => connection.ExecuteAsync(
            "INSERT INTO outbox (message_type, queue, body, enqueued_at) VALUES (@type, 'q', @body, 0)", new { type, body }, transaction));

        await AddAsync(host, OutboxMessage.ToQueue<AgentCommand>(Messages.Queue, Messages.Abort(1)));

        (await bus.NextAsync()).Message.ShouldBe(Messages.Abort(1));
        var rejected = await Database(host).ReadAsync(connection =>
            connection.QuerySingleAsync<(string Type, string Queue, string Body, string Reason)>("SELECT message_type, queue, body, reason FROM outbox_rejected"));
        (rejected.Type, rejected.Queue, rejected.Body).ShouldBe((type, "q", body));
        rejected.Reason.ShouldStartWith(reason);
        await Eventually.HoldsAsync(async () => await WaitingAsync(host) == 0, "nothing is left in the outbox");
        await host.StopAsync();
    }

    [Fact]
    public async Task Those_of_another_service_on_the_same_database_are_left_to_it()
    {
        var bus = new RecordingBus();
        using var withoutMessages = StoreHost.Build(Location, services => services.AddSingleton<IMessageBus>(bus));
        await withoutMessages.StartAsync();
        withoutMessages.Services.GetServices<IHostedService>().ShouldNotContain(service => service is OutboxDispatcher);

        await AddAsync(withoutMessages, OutboxMessage.ToQueue<AgentCommand>(Messages.Queue, Messages.Abort(1)));
        using var other = await StartAsync(bus);

        (await bus.NextAsync()).Message.ShouldBe(Messages.Abort(1));
        await other.StopAsync();
        await withoutMessages.StopAsync();
    }

    [Fact]
    public async Task A_queue_that_accepts_nothing_does_not_block_others()
    {
        var isBroken = true;
        var bus = new RecordingBus(message => isBroken && message is AbortJob ? throw new IOException("this queue is broken") : Task.CompletedTask);
        using var host = await StartAsync(bus);

        await AddAsync(host, [.. Enumerable.Range(1, 300).Select(number => OutboxMessage.ToQueue<AgentCommand>(Messages.Queue, Messages.Abort(number)))]);
        await AddAsync(host, OutboxMessage.ToQueue<AgentCommand>("another", Messages.Change(1)), OutboxMessage.ToSubscribers<MigrationEvent>(Messages.Stalled()));
        (await bus.NextAsync()).Message.ShouldBe(Messages.Change(1));
        (await bus.NextAsync()).Message.ShouldBe(Messages.Stalled());

        isBroken = false;
        for (var number = 1; number <= 300; number++)
            (await bus.NextAsync()).Message.ShouldBe(Messages.Abort(number));
        await host.StopAsync();
    }

    private async Task<IHost> StartAsync(RecordingBus bus)
    {
        var host = StoreHost.Build(Location, services => services
            .AddSingleton<IMessageBus>(bus)
            .AddOutboxMessage<AgentCommand>()
            .AddOutboxMessage<MigrationEvent>());
        await host.StartAsync();
        return host;
    }

    private static Task<long> WaitingAsync(IHost host) =>
        Database(host).ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM outbox"));

    private static MeshDatabase Database(IHost host) => host.Services.GetRequiredService<MeshDatabase>();

    private static async Task AddAsync(IHost host, params OutboxMessage[] messages)
    {
        await Database(host).WriteAsync(async (connection, transaction) =>
        {
            await OutboxTable.AddAsync(connection, transaction, messages, DateTimeOffset.UnixEpoch);
            return true;
        });
        host.Services.GetRequiredService<OutboxSignal>().Set();
    }

    private async Task InsertAsync(IHost host, long seq, AgentCommand command)
    {
        var message = OutboxMessage.ToQueue(Messages.Queue, command);
        await Database(host).WriteAsync((connection, transaction) => connection.ExecuteAsync(
            $"INSERT INTO outbox (seq, message_type, queue, body, enqueued_at) {(Location.StartsWith("postgres", StringComparison.Ordinal) ? "OVERRIDING SYSTEM VALUE" : "")} VALUES (@seq, @MessageType, @Queue, @Body, 0)",
            new { seq, message.MessageType, message.Queue, message.Body }, transaction));
        host.Services.GetRequiredService<OutboxSignal>().Set();
    }
}
