using Dapper;
using Mesh.Contracts.Agents;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Doctor;
using Mesh.Hosting.Outbox;
using Mesh.Hosting.Store;
using Mesh.Hosting.Tests.Bus;
using Mesh.Hosting.Tests.Store;
using Mesh.Testing;
using Mesh.Testing.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting.Tests.Doctor;

public sealed class When_a_store_is_diagnosed_on_sqlite() : When_a_store_is_diagnosed(new SqliteFiles());

public sealed class When_a_store_is_diagnosed_on_postgresql(PostgresServer server) : When_a_store_is_diagnosed(server);

public abstract class When_a_store_is_diagnosed(IStoreSource stores) : StoreTest(stores)
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task An_intact_one_is_healthy()
    {
        await ExecuteAsync("SELECT 1");

        var report = await DiagnoseAsync();

        report.Findings.ShouldBeEmpty();
        report.IsHealthy.ShouldBeTrue();
    }

    [Fact]
    public async Task A_missing_step_of_the_schema_is_applied()
    {
        await ExecuteAsync("DROP TABLE inbox; DROP TABLE outbox; DROP TABLE outbox_rejected; DELETE FROM mesh_schema WHERE name = '0001-messaging.sql'");

        var finding = (await DiagnoseAsync()).Findings.ShouldHaveSingleItem();
        (finding.Check, finding.Subject, finding.Repair).ShouldBe(("schema", "0001-messaging.sql", RepairState.Possible));
        (await DiagnoseAsync(repair: true)).Findings.ShouldHaveSingleItem().Repair.ShouldBe(RepairState.Done);

        (await DiagnoseAsync()).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_that_a_newer_version_has_used_is_left_unchanged()
    {
        await ExecuteAsync("INSERT INTO mesh_schema (name) VALUES ('9999-from-the-future.sql')");
        await ExecuteAsync("INSERT INTO outbox (message_type, queue, body, enqueued_at) VALUES ('from-the-future', 'q', '{}', 0)");

        var report = await DiagnoseAsync(repair: true);

        report.IsHealthy.ShouldBeFalse();
        report.Findings.Select(finding => (finding.Check, finding.Repair)).ShouldBe([("schema", RepairState.None), ("outbox", RepairState.Possible)]);
        report.Findings[0].Message.ShouldContain("a newer version has used the store");
    }

    [Fact]
    public async Task A_message_that_can_never_be_sent_is_set_aside()
    {
        await ExecuteAsync("INSERT INTO outbox (message_type, queue, body, enqueued_at) VALUES ('gone', 'q', '{}', 0)");

        var finding = (await DiagnoseAsync()).Findings.ShouldHaveSingleItem();
        finding.Message.ShouldBe("can never be sent: this version does not send messages of type gone");
        finding.Subject.ShouldEndWith("of type gone for q");
        var repaired = await DiagnoseAsync(repair: true);
        repaired.Findings.Select(one => (one.Check, one.Repair)).ShouldBe([("outbox", RepairState.Done), ("rejected", RepairState.None)]);

        // It was never sent and never will be: the finding remains for the operator.
        var after = await DiagnoseAsync();
        after.IsHealthy.ShouldBeFalse();
        after.Findings.ShouldHaveSingleItem().Message.ShouldStartWith("never sent; set aside at 2026-01-01 12:00:00Z: this version");
    }

    [Fact]
    public async Task A_message_set_aside_by_a_version_that_did_not_know_it_is_returned_to_the_outbox()
    {
        var message = OutboxMessage.ToQueue<AgentCommand>(Messages.Queue, Messages.Abort(1));
        await ExecuteAsync(
            "INSERT INTO outbox_rejected (seq, message_type, queue, body, reason, enqueued_at, rejected_at) VALUES (7, @MessageType, @Queue, @Body, 'not known', 0, 1)", message);

        (await DiagnoseAsync()).Findings.ShouldHaveSingleItem().Repair.ShouldBe(RepairState.Possible);
        (await DiagnoseAsync(repair: true)).IsHealthy.ShouldBeTrue();

        using var database = Database();
        (await database.ReadAsync(connection => connection.QuerySingleAsync<string>("SELECT body FROM outbox"))).ShouldBe(message.Body);
        (await database.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM outbox_rejected"))).ShouldBe(0);
    }

    [Fact]
    public async Task Pending_messages_are_reported_with_the_age_of_the_oldest()
    {
        using (var database = Database())
            await database.WriteAsync(async (connection, transaction) =>
            {
                await OutboxTable.AddAsync(connection, transaction, [OutboxMessage.ToQueue<AgentCommand>(Messages.Queue, Messages.Abort(1))], _time.GetUtcNow());
                return true;
            });
        _time.Advance(TimeSpan.FromSeconds(61));

        var early = await DiagnoseAsync();
        early.Findings.ShouldHaveSingleItem().Message.ShouldBe("1 waiting to be sent, the oldest for 61 s");
        early.IsHealthy.ShouldBeTrue();

        _time.Advance(OutboxCheck.MaxPendingAge);
        (await DiagnoseAsync()).IsHealthy.ShouldBeFalse();
    }

    [Fact]
    public async Task A_database_of_something_else_is_not_a_store_and_is_left_unchanged()
    {
        using (var database = WithoutSchema())
            await database.WriteAsync((connection, transaction) => connection.ExecuteAsync("CREATE TABLE thing (name TEXT); DROP TABLE mesh_schema", transaction: transaction));

        (await DiagnoseAsync(repair: true)).Findings.ShouldHaveSingleItem().Message.ShouldBe("has no mesh schema: it is empty, or belongs to something else");
        using var after = WithoutSchema();
        await Should.ThrowAsync<System.Data.Common.DbException>(() => after.ReadAsync(connection => connection.ExecuteAsync("SELECT * FROM outbox")));
    }

    [Fact]
    public async Task One_of_mesh_0_1_is_reported_and_left_unchanged()
    {
        await ExecuteAsync("DROP TABLE mesh_store");

        var report = await DiagnoseAsync(repair: true);

        report.IsHealthy.ShouldBeFalse();
        var finding = report.Findings.ShouldHaveSingleItem();
        finding.ShouldBe(DoctorFinding.Problem("schema", "the store", "it was created by mesh 0.1, which this version cannot convert; start with an empty store"));
        using var database = WithoutSchema();
        await Should.ThrowAsync<Mesh.Hosting.Errors.ProblemException>(() => database.EnsureReadyAsync());
    }

    private Task<DoctorReport> DiagnoseAsync(bool repair = false) => DiagnoseAsync(Location, _time, repair);

    internal static async Task<DoctorReport> DiagnoseAsync(string location, TimeProvider time, bool repair)
    {
        using var host = StoreHost.Build(location, services => services
            .AddLogging().AddSingleton(time).AddSingleton<IMessageBus>(new RecordingBus()).AddOutboxMessage<AgentCommand>());
        return await host.Services.GetRequiredService<StoreDoctor>().DiagnoseAsync(repair);
    }

    private async Task ExecuteAsync(string sql, object? parameters = null)
    {
        using var database = Database();
        await database.WriteAsync((connection, transaction) => connection.ExecuteAsync(sql, parameters, transaction));
    }

    private MeshDatabase Database() => new(Options.Create(new StoreOptions { Location = Location }), SchemaScript.Embedded(typeof(MeshDatabase).Assembly));

    private MeshDatabase WithoutSchema() => new(Options.Create(new StoreOptions { Location = Location }), []);
}
