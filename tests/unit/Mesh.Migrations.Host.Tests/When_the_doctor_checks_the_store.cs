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

    /// <summary>A store with an unfinished flight, m1, and one that has ended, m2.</summary>
    public async ValueTask InitializeAsync()
    {
        _location = await stores.CreateAsync();
        var (bus, words) = (new RecordingBus(), new HostMessages(_time));
        await using (var process = await MigrationsProcess.StartAsync(_location, _time, bus))
        {
            await process.Agents.HandleAsync(words.Inventory(HostMessages.Source, HostMessages.CreateVm()), default);
            await process.Agents.HandleAsync(words.Inventory(HostMessages.Destination), default);
            await process.Agents.HandleAsync(words.Report(HostMessages.Source, VmStatus.Up), default);
            await process.Agents.HandleAsync(words.Report(HostMessages.Destination, null), default);
            await process.BeginAsync(HostMessages.Request());
            await process.Agents.HandleAsync(words.Report(HostMessages.Source, VmStatus.Up), default);
            (await process.AskAsync(HostMessages.Request("m2", "nosuch"))).Refusals.ShouldNotBeEmpty();
            await Eventually.HoldsAsync(() => bus.Events.OfType<MigrationEnded>().Any(), "the outbox is empty");
        }

        _doctor = new DoctorFixture(_location, _time);
        await Eventually.HoldsAsync(async () => await _doctor.QueryAsync<long>("SELECT COUNT(*) FROM outbox") == 0);
    }

    [Fact]
    public async Task Should_find_nothing_in_a_store_that_is_whole()
    {
        var report = await _doctor.ExamineAsync();

        report.Findings.ShouldBeEmpty();
        report.IsHealthy.ShouldBeTrue();
        report.Checked.ShouldContain("2 migrations, each replayed from its journal");
        report.Checked.ShouldContain("2 hosts' inventories");
    }

    [Theory]
    [InlineData(MigrationPhase.Queued)]
    [InlineData(MigrationPhase.Ready)]
    public async Task Should_find_nothing_in_a_migration_that_waits_and_rebuild_its_snapshot(MigrationPhase phase)
    {
        var (bus, words, id) = (new RecordingBus(), new HostMessages(_time), new MigrationId("m4"));
        await using (var process = await MigrationsProcess.StartAsync(_location, _time, bus))
        {
            await process.Agents.HandleAsync(words.Inventory(HostMessages.Source, HostMessages.CreateVm(), HostMessages.CreateVm("g2")) with { AgentEpoch = 2 }, default);
            await process.Agents.HandleAsync(words.Report(HostMessages.Destination, null) with { AgentEpoch = 2 }, default);
            (await process.AskAsync(HostMessages.Request("m4", "g2"))).Refusals.ShouldBeEmpty();
            if (phase == MigrationPhase.Ready)
            {
                (await process.AdmitAsync(id, mayTransfer: false)).ShouldBe(new AdmissionAnswer(true));
                await Eventually.HoldsAsync(() => bus.Commands.Any(command => command.MigrationId == id));
                await process.Agents.HandleAsync(HostMessages.Done(bus.Commands.First(command => command.MigrationId == id)), default);
            }

            (await process.Home.Get(id).GetAsync())!.Phase.ShouldBe(phase);
            await Eventually.HoldsAsync(() => phase == MigrationPhase.Queued
                ? bus.Events.OfType<MigrationRequested>().Any(published => published.MigrationId == id)
                : bus.Events.OfType<MigrationPhaseChanged>().Any(published => published.Phase == phase));
        }

        await Eventually.HoldsAsync(async () => await _doctor.QueryAsync<long>("SELECT COUNT(*) FROM outbox") == 0);
        (await _doctor.ExamineAsync()).Findings.ShouldBeEmpty();

        var whole = await _doctor.QueryAsync<string>("SELECT state FROM migration WHERE id = 'm4'");
        await _doctor.DamageAsync("UPDATE migration SET state = 'x' WHERE id = 'm4'");
        await _doctor.RepairAsync("flights");
        (await _doctor.QueryAsync<string>("SELECT state FROM migration WHERE id = 'm4'")).ShouldBe(whole);
    }

    [Fact]
    public async Task Should_leave_a_fencing_that_cannot_be_read_to_a_person()
    {
        await _doctor.DamageAsync("INSERT INTO host_fence (host, fence) VALUES ('hosta', '{ half')", new { });

        var finding = await _doctor.FindAsync("fences");
        finding.Message.ShouldStartWith("its fencing cannot be read: ");
        (await _doctor.QueryAsync<long>("SELECT COUNT(*) FROM host_fence")).ShouldBe(1);
    }

    [Fact]
    public async Task Should_rebuild_a_snapshot_that_cannot_be_read()
    {
        var whole = await _doctor.QueryAsync<string>("SELECT state FROM migration WHERE id = 'm1'");
        await _doctor.DamageAsync("UPDATE migration SET state = '{ \"id\": 7', vm_id = NULL, ended = 1 WHERE id = 'm1'");

        (await _doctor.FindAsync("flights")).Message.ShouldStartWith("its snapshot cannot be read: ");
        await _doctor.RepairAsync("flights");

        (await _doctor.QueryAsync<string>("SELECT state FROM migration WHERE id = 'm1'")).ShouldBe(whole);
        (await _doctor.QueryAsync<string>("SELECT vm_id FROM migration WHERE id = 'm1'")).ShouldBe(HostMessages.CreateVm().Id.ToString());
        (await _doctor.QueryAsync<long>("SELECT ended FROM migration WHERE id = 'm1'")).ShouldBe(0);
    }

    [Fact]
    public async Task Should_leave_a_snapshot_that_cannot_be_read_when_the_journal_is_not_whole()
    {
        await _doctor.DamageAsync("DELETE FROM journal WHERE migration_id = 'm1' AND version = (SELECT MAX(version) FROM journal WHERE migration_id = 'm1')");
        await _doctor.DamageAsync("UPDATE migration SET state = 'x' WHERE id = 'm1'");

        var report = await _doctor.ExamineAsync(repair: true);

        report.IsHealthy.ShouldBeFalse();
        var finding = report.Findings.Where(one => one.Check == "flights").ShouldHaveSingleItem();
        finding.Repair.ShouldBe(RepairState.None);
        finding.Message.ShouldMatch("its journal cannot stand in for it: it has \\d+ transitions, not \\d+");
    }

    [Theory]
    [InlineData("vm_id = 'x'", "vm_id is x")]
    [InlineData("ended = 1", "ended is 1, not 0")]
    [InlineData("requested_at = '1970'", "requested_at is 1970")]
    public async Task Should_set_a_row_to_what_its_snapshot_says(string column, string complaint)
    {
        await _doctor.DamageAsync($"UPDATE migration SET {column} WHERE id = 'm1'");

        (await _doctor.FindAsync("flights")).Message.ShouldContain(complaint);
        await _doctor.RepairAsync("flights");
    }

    [Fact]
    public async Task Should_tell_of_a_snapshot_of_another_migration()
    {
        await _doctor.DamageAsync("UPDATE migration SET id = 'm3' WHERE id = 'm2'");

        var report = await _doctor.ExamineAsync(repair: true);

        report.Findings.ShouldContain(finding => finding.Message.Contains("id is m3, not m2", StringComparison.Ordinal) && finding.Repair == RepairState.None);
        report.Findings.ShouldContain(finding => finding.Subject == "migration m2" && finding.Message.Contains("a migration that is not in the store", StringComparison.Ordinal));
        report.IsHealthy.ShouldBeFalse();
    }

    [Fact]
    public async Task Should_tell_of_a_journal_with_a_gap()
    {
        await _doctor.DamageAsync("DELETE FROM journal WHERE migration_id = 'm1' AND version = 2");
        await _doctor.DamageAsync("INSERT INTO journal (migration_id, version, at, input) SELECT 'm1', 77, at, input FROM journal WHERE migration_id = 'm1' AND version = 1");

        (await _doctor.FindAsync("journal")).Message.ShouldStartWith("its journal does not lead to its snapshot: transition 2 is missing");
    }

    [Fact]
    public async Task Should_tell_of_a_journal_that_cannot_be_read()
    {
        await _doctor.DamageAsync("UPDATE journal SET input = '{}' WHERE migration_id = 'm1' AND version = 2");

        (await _doctor.FindAsync("journal")).Message.ShouldStartWith("its journal does not lead to its snapshot: transition 2 cannot be replayed: ");
    }

    [Fact]
    public async Task Should_tell_of_a_version_that_the_journal_does_not_have()
    {
        await _doctor.DamageAsync("UPDATE migration SET version = version + 1 WHERE id = 'm1'");

        (await _doctor.FindAsync("journal")).Message.ShouldMatch("it has \\d+ transitions, and the snapshot is of version \\d+");
    }

    [Fact]
    public async Task Should_tell_of_a_journal_that_leads_elsewhere()
    {
        await _doctor.DamageAsync("UPDATE migration SET state = REPLACE(state, '\"commandsSent\":1', '\"commandsSent\":5') WHERE id = 'm1'");

        (await _doctor.FindAsync("journal")).Message.ShouldContain("it replays to another state than the snapshot's");
    }

    [Fact]
    public async Task Should_only_note_a_strange_journal_of_a_migration_that_has_ended()
    {
        await _doctor.DamageAsync("UPDATE journal SET input = '{}' WHERE migration_id = 'm2'");

        var report = await _doctor.ExamineAsync();

        report.Findings.ShouldHaveSingleItem().Severity.ShouldBe(FindingSeverity.Notice);
        report.IsHealthy.ShouldBeTrue();
    }

    [Fact]
    public async Task Should_tell_of_two_unfinished_migrations_of_one_machine()
    {
        await _doctor.DamageAsync("INSERT INTO migration (id, version, vm_id, ended, requested_at, state) SELECT 'm9', version, 'other', ended, requested_at, REPLACE(state, '\"m1\"', '\"m9\"') FROM migration WHERE id = 'm1'");

        var report = await _doctor.ExamineAsync();

        report.Findings.ShouldContain(finding => finding.Message == "it has more than one unfinished migration: m1, m9");
    }

    [Fact]
    public async Task Should_raise_an_epoch_that_attempts_have_overtaken()
    {
        await _doctor.DamageAsync("UPDATE epoch SET number = 5");

        (await _doctor.FindAsync("epoch")).Message.ShouldStartWith("it is 5, but an attempt has ");
        await _doctor.RepairAsync("epoch");

        (await _doctor.QueryAsync<long>("SELECT number FROM epoch")).ShouldBeGreaterThanOrEqualTo(_time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{ \"host\": \"hosta\" }")]
    public async Task Should_drop_an_inventory_that_cannot_be_read(string inventory)
    {
        await _doctor.DamageAsync("UPDATE host SET inventory = @inventory WHERE name = 'hosta'", new { inventory });

        (await _doctor.FindAsync("hosts")).Message.ShouldStartWith("its inventory cannot be read: ");
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
