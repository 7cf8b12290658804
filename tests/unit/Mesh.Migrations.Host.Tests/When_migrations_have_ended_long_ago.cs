using Dapper;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;
using Mesh.Hosting.Store;
using Mesh.Migrations.Host.Running;
using Mesh.Migrations.Host.Store;
using Mesh.Testing;
using Mesh.Testing.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Mesh.Migrations.Host.Tests;

public sealed class When_migrations_have_ended_long_ago_on_sqlite() : When_migrations_have_ended_long_ago(new SqliteFiles());

public sealed class When_migrations_have_ended_long_ago_on_postgresql(PostgresServer server) : When_migrations_have_ended_long_ago(server);

public abstract class When_migrations_have_ended_long_ago(IStoreSource stores) : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private string _location = "";
    private MigrationsProcess _process = null!;

    public async ValueTask InitializeAsync()
    {
        _location = await stores.CreateAsync();
        await StartAsync(Start);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        stores.Remove(_location);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task They_are_deleted_with_their_journals_and_the_others_kept()
    {
        await RefuseAsync("old");
        await _process.DisposeAsync();
        await StartAsync(Start.AddDays(40));
        (await _process.RequestAsync(HostMessages.Request("waiting"))).Refusals.ShouldBeEmpty();
        await RefuseAsync("new");

        await RetainAsync(Start.AddDays(91));

        (await _process.Store.ListAsync(unfinishedOnly: false, 10)).Select(state => state.Id.Value).Order(StringComparer.Ordinal).ShouldBe(["new", "waiting"]);
        (await _process.Store.LoadJournalAsync(new("old"))).ShouldBeEmpty();
        (await _process.Store.LoadJournalAsync(new("new"))).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_long_journal_goes_in_small_batches()
    {
        await RefuseAsync("old");
        using var database = new MeshDatabase(Options.Create(new StoreOptions { Location = _location }), []);
        await database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
            "INSERT INTO journal (migration_id, version, at, input) VALUES ('old', @version, '', '')", Enumerable.Range(2, 1200).Select(version => new { version }), transaction));
        var store = new RetentionStore(database);

        (await store.DeleteBatchAsync(new("old"))).ShouldBeTrue();
        (await CountAsync("journal")).ShouldBe(1201 - RetentionStore.BatchMax);
        (await CountAsync("migration")).ShouldBe(1);
        while (await store.DeleteBatchAsync(new("old")))
        {
        }

        (await CountAsync("journal")).ShouldBe(0);
        (await CountAsync("migration")).ShouldBe(0);
    }

    [Fact]
    public async Task An_unfinished_one_is_never_deleted()
    {
        (await _process.RequestAsync(HostMessages.Request("waiting"))).Refusals.ShouldBeEmpty();
        using var database = new MeshDatabase(Options.Create(new StoreOptions { Location = _location }), []);
        var store = new RetentionStore(database);

        (await store.FindEndedAsync(Start.AddDays(1000))).ShouldBeEmpty();
        await store.DeleteBatchAsync(new("waiting"));
        await store.DeleteBatchAsync(new("waiting"));

        (await CountAsync("migration")).ShouldBe(1);
    }

    [Fact]
    public async Task All_are_found_however_many()
    {
        using var database = new MeshDatabase(Options.Create(new StoreOptions { Location = _location }), []);
        for (var number = 0; number < 3; number++)
            await RefuseAsync($"r{number}");
        await database.WriteAsync(async (connection, transaction) =>
        {
            for (var number = 0; number < 250; number++)
                await connection.ExecuteAsync(
                    "INSERT INTO migration (id, version, ended, requested_at, state) SELECT @id, version, ended, requested_at, state FROM migration WHERE id = 'r0'",
                    new { id = $"copy{number}" }, transaction);
            return true;
        });

        (await new RetentionStore(database).FindEndedAsync(Start.AddDays(1))).Distinct().Count().ShouldBe(253);
    }

    /// <summary>A migration that ends at once: the VM is on the requested host already.</summary>
    private async Task RefuseAsync(string id) =>
        (await _process.RequestAsync(HostMessages.Request(id) with { To = HostMessages.Source })).Refusals.ShouldContain(refusal => refusal.Code == RefusalCode.SameHost);

    private async Task StartAsync(DateTimeOffset at)
    {
        var time = new ManualTimeProvider(at);
        _process = await MigrationsProcess.StartAsync(_location, time, new RecordingBus());
        var messages = new HostMessages(time);
        await _process.Agents.HandleAsync(messages.Inventory(HostMessages.Source, HostMessages.CreateVm()), default);
        await _process.Agents.HandleAsync(messages.Inventory(HostMessages.Destination), default);
        await _process.Agents.HandleAsync(messages.Report(HostMessages.Source, VmStatus.Up), default);
        await _process.Agents.HandleAsync(messages.Report(HostMessages.Destination, null), default);
    }

    /// <summary>Runs the loop alone, until two migrations are left.</summary>
    private async Task RetainAsync(DateTimeOffset at)
    {
        var time = new ManualTimeProvider(at);
        using var database = new MeshDatabase(Options.Create(new StoreOptions { Location = _location }), []);
        using var retention = new MigrationRetention(
            new RetentionStore(database), Options.Create(new StoreOptions { Location = _location }), time, NullLogger<MigrationRetention>.Instance);
        await retention.StartAsync(default);
        await Eventually.HoldsAsync(
            async () =>
            {
                // Past the first delay and the pauses between batches.
                time.Advance(TimeSpan.FromMinutes(10));
                return await CountAsync("migration") == 2;
            },
            "the old one is deleted");
        await retention.StopAsync(default);
    }

    private async Task<long> CountAsync(string table)
    {
        using var database = new MeshDatabase(Options.Create(new StoreOptions { Location = _location }), []);
        return await database.ReadAsync(connection => connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM {table}"));
    }
}
