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
    public async Task One_is_taken_once_whatever_process_it_comes_to()
    {
        using (var first = Build())
            (await TakeAsync(first, "a")).ShouldBeTrue();
        using var second = Build();

        (await TakeAsync(second, "a")).ShouldBeFalse();
        (await TakeAsync(second, "b")).ShouldBeTrue();
    }

    [Fact]
    public async Task One_whose_turn_was_not_kept_is_taken_when_it_comes_again()
    {
        using var host = Build();
        await Should.ThrowAsync<InvalidOperationException>(() => Database(host).WriteAsync<bool>(async (connection, transaction) =>
        {
            (await InboxTable.TryAddAsync(connection, transaction, new MessageIdentity("a"), _time.GetUtcNow())).ShouldBeTrue();
            throw new InvalidOperationException("the turn could not be kept");
        }));

        (await TakeAsync(host, "a")).ShouldBeTrue();
    }

    [Fact]
    public async Task One_that_comes_many_times_at_once_is_taken_once()
    {
        using var host = Build();

        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => TakeAsync(host, "a")));

        taken.Count(one => one).ShouldBe(1);
    }

    [Fact]
    public async Task One_is_forgotten_when_nobody_sends_it_again_any_more()
    {
        using var host = Build(KeyValuePair.Create<string, string?>("Store:InboxRetention", "1.00:00:00"));
        await host.StartAsync();
        await TakeAsync(host, "old");
        _time.Advance(TimeSpan.FromHours(23));
        await TakeAsync(host, "new");
        (await CountAsync(host)).ShouldBe(2);

        await Eventually.HoldsAsync(async () =>
        {
            _time.Advance(InboxCleanup.CleanupInterval);
            return await CountAsync(host) == 1;
        });

        (await TakeAsync(host, "new")).ShouldBeFalse();
        await host.StopAsync();
    }

    [Theory]
    [InlineData("00:30:00")]
    [InlineData("400.00:00:00")]
    public async Task A_time_to_remember_that_makes_no_sense_is_refused(string response)
    {
        using var host = Build(KeyValuePair.Create<string, string?>("Store:InboxRetention", response));

        var refusal = await Should.ThrowAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => host.StartAsync());

        MeshProgram.Describe(refusal).ShouldNotBeNull().ShouldContain("the inbox retention must be 1 h to 1 year");
    }

    private IHost Build(params KeyValuePair<string, string?>[] settings) => StoreHost.Build(
        Location, services => services.AddLogging().AddSingleton<IMessageBus>(new RecordingBus()).AddSingleton<TimeProvider>(_time), settings);

    private Task<bool> TakeAsync(IHost host, string message) => Database(host).WriteAsync(
        (connection, transaction) => InboxTable.TryAddAsync(connection, transaction, new MessageIdentity(message), _time.GetUtcNow()));

    private static Task<long> CountAsync(IHost host) =>
        Database(host).ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM inbox"));

    private static MeshDatabase Database(IHost host) => host.Services.GetRequiredService<MeshDatabase>();
}
