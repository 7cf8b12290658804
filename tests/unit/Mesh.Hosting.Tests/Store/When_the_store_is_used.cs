using System.Data.Common;
using Dapper;
using Mesh.Hosting.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting.Tests.Store;

public sealed class When_the_store_is_used : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task What_is_written_is_there_for_the_next_process()
    {
        using (var first = Database())
            await InsertAsync(first, "kept");

        using var second = Database();

        (await NamesAsync(second)).ShouldBe(["kept"]);
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
    public async Task A_key_that_exists_is_told_from_other_failures()
    {
        using var database = Database();
        await InsertAsync(database, "once");

        database.IsDuplicate(await Should.ThrowAsync<DbException>(() => InsertAsync(database, "once"))).ShouldBeTrue();
        database.IsDuplicate(await Should.ThrowAsync<DbException>(() => database.ReadAsync(connection => connection.ExecuteAsync("SELECT * FROM nothing"))))
            .ShouldBeFalse();
    }

    [Fact]
    public async Task Many_writers_at_once_all_get_through()
    {
        using var database = Database();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(number => InsertAsync(database, $"n{number}")));

        (await NamesAsync(database)).Count.ShouldBe(50);
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
    public async Task A_place_that_cannot_be_written_is_a_problem_in_words()
    {
        var file = Path.GetTempFileName();
        using var database = new MeshDatabase(Options.Create(new StoreOptions { Location = $"sqlite:{file}/mesh.db" }), []);

        var problem = await Should.ThrowAsync<ProblemException>(() => database.EnsureReadyAsync());

        problem.Message.ShouldStartWith($"the store sqlite:{file}/mesh.db cannot be used: ");
        File.Delete(file);
    }

    [Fact]
    public async Task A_password_is_not_told_when_the_store_cannot_be_reached()
    {
        var location = "postgres:Host=127.0.0.1;Port=1;Username=mesh;Password=secret;Timeout=1";
        using var database = new MeshDatabase(Options.Create(new StoreOptions { Location = location }), []);

        var problem = await Should.ThrowAsync<ProblemException>(() => database.EnsureReadyAsync());

        problem.Message.ShouldStartWith("the store postgres cannot be used: ");
        problem.Message.ShouldNotContain("secret");
    }

    [Theory]
    [InlineData("mesh.db", "store 'mesh.db' is neither sqlite:PATH nor postgres:CONNECTION")]
    [InlineData("mysql:x", "store 'mysql:x' is neither sqlite:PATH nor postgres:CONNECTION")]
    public async Task A_location_of_no_known_kind_is_refused_with_what_is_accepted(string location, string complaint)
    {
        using var host = TemporaryStore.Build(location, services => services.AddSingleton<Mesh.Hosting.Bus.IMessageBus>(new RecordingBus()));

        var refusal = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync());

        MeshProgram.InWords(refusal).ShouldNotBeNull().ShouldContain(complaint);
    }

    private MeshDatabase Database(params SchemaScript[] more) => new(
        Options.Create(new StoreOptions { Location = _store.Location }),
        [new SchemaScript("0100-thing", "CREATE TABLE thing (seq {identity}, name TEXT NOT NULL UNIQUE)"), .. more]);

    private static Task<int> InsertAsync(MeshDatabase database, string name) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync("INSERT INTO thing (name) VALUES (@name)", new { name }, transaction));

    private static async Task<IReadOnlyList<string>> NamesAsync(MeshDatabase database) =>
        await database.ReadAsync(async connection => (await connection.QueryAsync<string>("SELECT name FROM thing")).AsList());
}
