using System.Data.Common;
using Dapper;
using Mesh.Hosting.Errors;
using Mesh.Hosting.Store;
using Mesh.Testing.Fixtures;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting.Tests.Store;

public sealed class When_the_store_is_used_on_sqlite() : When_the_store_is_used(new SqliteFiles());

public sealed class When_the_store_is_used_on_postgresql(PostgresServer server) : When_the_store_is_used(server);

public abstract class When_the_store_is_used(IStoreSource stores) : StoreTest(stores)
{
    [Fact]
    public async Task What_is_written_can_be_read_by_the_next_process()
    {
        using (var first = Database())
            await InsertAsync(first, "stored");

        using var second = Database();

        (await NamesAsync(second)).ShouldBe(["stored"]);
    }

    [Fact]
    public async Task A_transaction_that_throws_leaves_nothing_behind()
    {
        using var database = Database();

        await Should.ThrowAsync<InvalidOperationException>(() => database.WriteAsync<int>(async (connection, transaction) =>
        {
            await connection.ExecuteAsync("INSERT INTO thing (name) VALUES ('half')", transaction: transaction);
            throw new InvalidOperationException("no further");
        }));

        (await NamesAsync(database)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_duplicate_key_is_distinguished_from_other_failures()
    {
        using var database = Database();
        await InsertAsync(database, "once");

        database.IsDuplicate(await Should.ThrowAsync<DbException>(() => InsertAsync(database, "once"))).ShouldBeTrue();
        database.IsDuplicate(await Should.ThrowAsync<DbException>(() => database.ReadAsync(connection => connection.ExecuteAsync("SELECT * FROM nothing"))))
            .ShouldBeFalse();
    }

    [Fact]
    public async Task Many_concurrent_writers_all_succeed()
    {
        using var database = Database();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(number => InsertAsync(database, $"n{number}")));

        (await NamesAsync(database)).Count.ShouldBe(50);
    }

    [Fact]
    public async Task Services_that_start_together_create_the_schema_once()
    {
        var databases = Enumerable.Range(0, 8).Select(_ => Database()).ToList();

        await Task.WhenAll(databases.Select(database => database.EnsureReadyAsync()));

        (await NamesAsync(databases[0])).ShouldBeEmpty();
        databases.ForEach(database => database.Dispose());
    }

    [Fact]
    public async Task A_step_of_the_schema_is_applied_once_and_later_ones_follow()
    {
        using (var old = Database())
            await InsertAsync(old, "old");

        using var newer = Database(new SchemaScript("0200-more", "ALTER TABLE thing ADD COLUMN size INTEGER NOT NULL DEFAULT 7"));

        (await newer.ReadAsync(connection => connection.QuerySingleAsync<int>("SELECT size FROM thing WHERE name = 'old'"))).ShouldBe(7);
    }

    [Fact]
    public async Task One_of_mesh_0_1_is_rejected_with_what_to_do_and_left_unchanged()
    {
        using (var old = Database())
        {
            await InsertAsync(old, "old");
            await old.WriteAsync((connection, transaction) => connection.ExecuteAsync("DROP TABLE mesh_store", transaction: transaction));
        }

        using var database = Database(new SchemaScript("0200-more", "DROP TABLE thing"));

        var problem = await Should.ThrowAsync<ProblemException>(() => database.EnsureReadyAsync());
        problem.Message.ShouldEndWith(" cannot be used: it was created by mesh 0.1, which this version cannot convert; start with an empty store");
        problem.Message.ShouldNotContain("\n");
        MeshProgram.Describe(problem).ShouldBe(problem.Message);
        await Should.ThrowAsync<ProblemException>(() => NamesAsync(database));
    }

    [Fact]
    public async Task One_of_a_newer_format_is_rejected()
    {
        using (var newer = Database())
            await newer.WriteAsync((connection, transaction) => connection.ExecuteAsync("INSERT INTO mesh_store (format) VALUES (3)", transaction: transaction));

        using var database = Database();

        var problem = await Should.ThrowAsync<ProblemException>(() => database.EnsureReadyAsync());
        problem.Message.ShouldEndWith(" cannot be used: its format is 3, and this version supports 2; upgrade the mesh");
    }

    private MeshDatabase Database(params SchemaScript[] more) => new(
        Options.Create(new StoreOptions { Location = Location }),
        [new SchemaScript("0100-thing", "CREATE TABLE thing (seq {identity}, name TEXT NOT NULL UNIQUE)"), .. more]);

    private static Task<int> InsertAsync(MeshDatabase database, string name) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync("INSERT INTO thing (name) VALUES (@name)", new { name }, transaction));

    private static async Task<IReadOnlyList<string>> NamesAsync(MeshDatabase database) =>
        await database.ReadAsync(async connection => (await connection.QueryAsync<string>("SELECT name FROM thing")).AsList());
}
