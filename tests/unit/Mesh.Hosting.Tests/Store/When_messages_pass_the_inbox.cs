using Dapper;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Inbox;
using Mesh.Hosting.Store;
using Mesh.Testing;
using Mesh.Testing.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Hosting.Tests.Store;

public sealed class When_messages_pass_the_inbox_on_sqlite() : When_messages_pass_the_inbox(new SqliteFiles());

public sealed class When_messages_pass_the_inbox_on_postgresql(PostgresServer server) : When_messages_pass_the_inbox(server);

public abstract class When_messages_pass_the_inbox(IStoreSource stores) : StoreTest(stores)
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task One_is_handled_once_whichever_process_receives_it()
    {
        using (var first = Build())
            (await AddAsync(first, "a")).ShouldBeTrue();
        using var second = Build();

        (await AddAsync(second, "a")).ShouldBeFalse();
        (await AddAsync(second, "b")).ShouldBeTrue();
    }

    [Fact]
    public async Task One_whose_transition_was_not_saved_is_handled_when_it_is_redelivered()
    {
        using var host = Build();
        await Should.ThrowAsync<InvalidOperationException>(() => Database(host).WriteAsync<bool>(async (connection, transaction) =>
        {
            (await InboxTable.TryAddAsync(connection, transaction, new MessageIdentity("a"), _time.GetUtcNow())).ShouldBeTrue();
            throw new InvalidOperationException("the transition could not be saved");
        }));

        (await AddAsync(host, "a")).ShouldBeTrue();
    }

    [Fact]
    public async Task One_that_arrives_many_times_concurrently_is_handled_once()
    {
        using var host = Build();

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AddAsync(host, "a")));

        results.Count(added => added).ShouldBe(1);
    }

    [Fact]
    public async Task One_is_deleted_after_the_retention_time()
    {
        using var host = Build(KeyValuePair.Create<string, string?>("Store:InboxRetention", "1.00:00:00"));
        await host.StartAsync();
        await AddAsync(host, "old");
        _time.Advance(TimeSpan.FromHours(23));
        await AddAsync(host, "new");
        (await CountAsync(host)).ShouldBe(2);

        await Eventually.HoldsAsync(async () =>
        {
            _time.Advance(InboxCleanup.CleanupInterval);
            return await CountAsync(host) == 1;
        });

        (await AddAsync(host, "new")).ShouldBeFalse();
        await host.StopAsync();
    }

    [Theory]
    [InlineData("00:30:00")]
    [InlineData("400.00:00:00")]
    public async Task An_invalid_retention_time_is_rejected(string retention)
    {
        using var host = Build(KeyValuePair.Create<string, string?>("Store:InboxRetention", retention));

        var refusal = await Should.ThrowAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => host.StartAsync());

        MeshProgram.Describe(refusal).ShouldNotBeNull().ShouldContain("the inbox retention must be 1 h to 1 year");
    }

    private IHost Build(params KeyValuePair<string, string?>[] settings) => StoreHost.Build(
        Location, services => services.AddLogging().AddSingleton<IMessageBus>(new RecordingBus()).AddSingleton<TimeProvider>(_time), settings);

    private Task<bool> AddAsync(IHost host, string message) => Database(host).WriteAsync(
        (connection, transaction) => InboxTable.TryAddAsync(connection, transaction, new MessageIdentity(message), _time.GetUtcNow()));

    private static Task<long> CountAsync(IHost host) =>
        Database(host).ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM inbox"));

    private static MeshDatabase Database(IHost host) => host.Services.GetRequiredService<MeshDatabase>();
}
