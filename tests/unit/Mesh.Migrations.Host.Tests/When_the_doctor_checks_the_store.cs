using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hosting.Doctor;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Migrations.Host.Tests;

public sealed class When_the_doctor_checks_the_store_on_sqlite() : When_the_doctor_checks_the_store(new SqliteFiles());

public sealed class When_the_doctor_checks_the_store_on_postgresql(PostgresServer server) : When_the_doctor_checks_the_store(server);

public abstract class When_the_doctor_checks_the_store(IStoreSource stores) : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private string _location = "";
    private DoctorFixture _doctor = null!;

    /// <summary>A store with an unfinished migration, m1, and an ended one, m2.</summary>
    public async ValueTask InitializeAsync()
    {
        _location = await stores.CreateAsync();
        var (bus, messages) = (new RecordingBus(), new HostMessages(_time));
        await using (var process = await MigrationsProcess.StartAsync(_location, _time, bus))
        {
            await process.Agents.HandleAsync(messages.Inventory(HostMessages.Source, HostMessages.CreateVm()), default);
            await process.Agents.HandleAsync(messages.Inventory(HostMessages.Destination), default);
            await process.Agents.HandleAsync(messages.Report(HostMessages.Source, VmStatus.Up), default);
            await process.Agents.HandleAsync(messages.Report(HostMessages.Destination, null), default);
            await process.StartMigrationAsync(HostMessages.Request());
            await process.Agents.HandleAsync(messages.Report(HostMessages.Source, VmStatus.Up), default);
            (await process.RequestAsync(HostMessages.Request("m2") with { To = HostMessages.Source })).Refusals.ShouldNotBeEmpty();
            await Eventually.HoldsAsync(() => bus.Events.OfType<MigrationEnded>().Any(), "the outbox is empty");
        }

        _doctor = new DoctorFixture(_location, _time);
        await Eventually.HoldsAsync(async () => await _doctor.QueryAsync<long>("SELECT COUNT(*) FROM outbox") == 0);
    }

    [Fact]
    public async Task Should_find_nothing_in_an_intact_store()
    {
        var report = await _doctor.DiagnoseAsync();

        report.Findings.ShouldBeEmpty();
        report.IsHealthy.ShouldBeTrue();
        report.Checked.ShouldContain("2 migrations, each replayed from its journal");
        report.Checked.ShouldContain("2 host inventories");
    }

    [Theory]
    [InlineData(MigrationPhase.Queued)]
    [InlineData(MigrationPhase.Ready)]
    public async Task Should_find_nothing_in_a_waiting_migration_and_rebuild_its_snapshot(MigrationPhase phase)
    {
        var (bus, messages, id) = (new RecordingBus(), new HostMessages(_time), new MigrationId("m4"));
        await using (var process = await MigrationsProcess.StartAsync(_location, _time, bus))
        {
            await process.Agents.HandleAsync(messages.Inventory(HostMessages.Source, HostMessages.CreateVm(), HostMessages.CreateVm("g2")) with { AgentEpoch = 2 }, default);
            await process.Agents.HandleAsync(messages.Report(HostMessages.Destination, null) with { AgentEpoch = 2, HostUuid = "uuid-hostb" }, default);
            (await process.RequestAsync(HostMessages.Request("m4", "g2"))).Refusals.ShouldBeEmpty();
            if (phase == MigrationPhase.Ready)
            {
                (await process.AdmitAsync(id, mayTransfer: false)).ShouldBe(new AdmissionAnswer(true));
                await Eventually.HoldsAsync(() => bus.Commands.Any(command => command.MigrationId == id));
                await process.Agents.HandleAsync(HostMessages.Done(bus.Commands.First(command => command.MigrationId == id)), default);
            }

            (await process.Grains.Get(id).GetAsync())!.Phase.ShouldBe(phase);
            await Eventually.HoldsAsync(() => phase == MigrationPhase.Queued
                ? bus.Events.OfType<MigrationRequested>().Any(published => published.MigrationId == id)
                : bus.Events.OfType<MigrationPhaseChanged>().Any(published => published.Phase == phase));
        }

        await Eventually.HoldsAsync(async () => await _doctor.QueryAsync<long>("SELECT COUNT(*) FROM outbox") == 0);
        (await _doctor.DiagnoseAsync()).Findings.ShouldBeEmpty();

        var intact = await _doctor.QueryAsync<string>("SELECT state FROM migration WHERE id = 'm4'");
        await _doctor.DamageAsync("UPDATE migration SET state = 'x' WHERE id = 'm4'");
        await _doctor.RepairAsync("migrations");
        (await _doctor.QueryAsync<string>("SELECT state FROM migration WHERE id = 'm4'")).ShouldBe(intact);
    }

    [Fact]
    public async Task Should_leave_an_unreadable_fence_to_the_operator()
    {
        await _doctor.DamageAsync("INSERT INTO host_fence (host, fence) VALUES ('hosta', '{ half')", new { });

        var finding = await _doctor.FindAsync("fences");
        finding.Message.ShouldStartWith("fence cannot be read: ");
        (await _doctor.QueryAsync<long>("SELECT COUNT(*) FROM host_fence")).ShouldBe(1);
    }

    [Fact]
    public async Task Should_rebuild_an_unreadable_snapshot()
    {
        var intact = await _doctor.QueryAsync<string>("SELECT state FROM migration WHERE id = 'm1'");
        await _doctor.DamageAsync("UPDATE migration SET state = '{ \"id\": 7', vm_id = NULL, ended = 1 WHERE id = 'm1'");

        (await _doctor.FindAsync("migrations")).Message.ShouldStartWith("snapshot cannot be read: ");
        await _doctor.RepairAsync("migrations");

        (await _doctor.QueryAsync<string>("SELECT state FROM migration WHERE id = 'm1'")).ShouldBe(intact);
        (await _doctor.QueryAsync<string>("SELECT vm_id FROM migration WHERE id = 'm1'")).ShouldBe(HostMessages.CreateVm().Id.ToString());
        (await _doctor.QueryAsync<long>("SELECT ended FROM migration WHERE id = 'm1'")).ShouldBe(0);
    }

    [Fact]
    public async Task Should_not_rebuild_an_unreadable_snapshot_from_an_incomplete_journal()
    {
        await _doctor.DamageAsync("DELETE FROM journal WHERE migration_id = 'm1' AND version = (SELECT MAX(version) FROM journal WHERE migration_id = 'm1')");
        await _doctor.DamageAsync("UPDATE migration SET state = 'x' WHERE id = 'm1'");

        var report = await _doctor.DiagnoseAsync(repair: true);

        report.IsHealthy.ShouldBeFalse();
        var finding = report.Findings.Where(candidate => candidate.Check == "migrations").ShouldHaveSingleItem();
        finding.Repair.ShouldBe(RepairState.None);
        finding.Message.ShouldMatch("the journal cannot replace it: it has \\d+ transitions, not \\d+");
    }

    [Theory]
    [InlineData("vm_id = 'x'", "vm_id is x")]
    [InlineData("ended = 1", "ended is 1, not 0")]
    [InlineData("requested_at = '1970'", "requested_at is 1970")]
    public async Task Should_update_a_row_from_its_snapshot(string column, string expected)
    {
        await _doctor.DamageAsync($"UPDATE migration SET {column} WHERE id = 'm1'");

        (await _doctor.FindAsync("migrations")).Message.ShouldContain(expected);
        await _doctor.RepairAsync("migrations");
    }

    [Fact]
    public async Task Should_report_a_snapshot_of_another_migration()
    {
        await _doctor.DamageAsync("UPDATE migration SET id = 'm3' WHERE id = 'm2'");

        var report = await _doctor.DiagnoseAsync(repair: true);

        report.Findings.ShouldContain(finding => finding.Message.Contains("id is m3, not m2", StringComparison.Ordinal) && finding.Repair == RepairState.None);
        report.Findings.ShouldContain(finding => finding.Subject == "migration m2" && finding.Message.Contains("a migration that is not in the store", StringComparison.Ordinal));
        report.IsHealthy.ShouldBeFalse();
    }

    [Fact]
    public async Task Should_report_a_journal_with_a_gap()
    {
        await _doctor.DamageAsync("DELETE FROM journal WHERE migration_id = 'm1' AND version = 2");
        await _doctor.DamageAsync("INSERT INTO journal (migration_id, version, at, input) SELECT 'm1', 77, at, input FROM journal WHERE migration_id = 'm1' AND version = 1");

        (await _doctor.FindAsync("journal")).Message.ShouldStartWith("journal does not match the snapshot: transition 2 is missing");
    }

    [Fact]
    public async Task Should_report_an_unreadable_journal()
    {
        await _doctor.DamageAsync("UPDATE journal SET input = '{}' WHERE migration_id = 'm1' AND version = 2");

        (await _doctor.FindAsync("journal")).Message.ShouldStartWith("journal does not match the snapshot: transition 2 cannot be replayed: ");
    }

    [Fact]
    public async Task Should_report_a_version_missing_from_the_journal()
    {
        await _doctor.DamageAsync("UPDATE migration SET version = version + 1 WHERE id = 'm1'");

        (await _doctor.FindAsync("journal")).Message.ShouldMatch("it has \\d+ transitions, but the snapshot is version \\d+");
    }

    [Fact]
    public async Task Should_report_a_journal_that_leads_to_a_different_state()
    {
        await _doctor.DamageAsync("UPDATE migration SET state = REPLACE(state, '\"commandsSent\":1', '\"commandsSent\":5') WHERE id = 'm1'");

        (await _doctor.FindAsync("journal")).Message.ShouldContain("replaying it leads to a different state");
    }

    [Fact]
    public async Task Should_only_note_a_bad_journal_of_an_ended_migration()
    {
        await _doctor.DamageAsync("UPDATE journal SET input = '{}' WHERE migration_id = 'm2'");

        var report = await _doctor.DiagnoseAsync();

        report.Findings.ShouldHaveSingleItem().Severity.ShouldBe(FindingSeverity.Notice);
        report.IsHealthy.ShouldBeTrue();
    }

    [Fact]
    public async Task Should_report_two_unfinished_migrations_of_one_vm()
    {
        await _doctor.DamageAsync("INSERT INTO migration (id, version, vm_id, ended, requested_at, state) SELECT 'm9', version, 'other', ended, requested_at, REPLACE(state, '\"m1\"', '\"m9\"') FROM migration WHERE id = 'm1'");

        var report = await _doctor.DiagnoseAsync();

        report.Findings.ShouldContain(finding => finding.Message == "has more than one unfinished migration: m1, m9");
    }

    [Fact]
    public async Task Should_raise_an_epoch_below_that_of_an_attempt()
    {
        await _doctor.DamageAsync("UPDATE epoch SET latest = 5");

        (await _doctor.FindAsync("epoch")).Message.ShouldStartWith("is 5, but an attempt already has ");
        await _doctor.RepairAsync("epoch");

        (await _doctor.QueryAsync<long>("SELECT latest FROM epoch")).ShouldBeGreaterThanOrEqualTo(_time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{ \"host\": \"hosta\" }")]
    public async Task Should_delete_an_unreadable_inventory(string inventory)
    {
        await _doctor.DamageAsync("UPDATE host SET inventory = @inventory WHERE name = 'hosta'", new { inventory });

        (await _doctor.FindAsync("hosts")).Message.ShouldStartWith("inventory cannot be read: ");
        await _doctor.RepairAsync("hosts");

        (await _doctor.QueryAsync<long>("SELECT COUNT(*) FROM host")).ShouldBe(1);
    }

    public ValueTask DisposeAsync()
    {
        _doctor.Dispose();
        stores.Remove(_location);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
