using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Migrations.Host.Store;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Migrations.Host.Tests;

public sealed class When_the_scheduler_admits_on_sqlite() : When_the_scheduler_admits(new SqliteFiles());

public sealed class When_the_scheduler_admits_on_postgresql(PostgresServer server) : When_the_scheduler_admits(server);

public abstract class When_the_scheduler_admits(IStoreSource stores) : IAsyncLifetime
{
    private static readonly MigrationId Id = new("m1");

    private readonly ManualTimeProvider _time = new();
    private readonly RecordingBus _bus = new();
    private string _location = "";
    private HostMessages _messages = null!;
    private MigrationsProcess _process = null!;

    public async ValueTask InitializeAsync()
    {
        _location = await stores.CreateAsync();
        _messages = new HostMessages(_time);
        _process = await MigrationsProcess.StartAsync(_location, _time, _bus);
        await _process.Agents.HandleAsync(_messages.Inventory(HostMessages.Source, HostMessages.CreateVm()), default);
        await _process.Agents.HandleAsync(_messages.Inventory(HostMessages.Destination), default);
        await ReportBothAsync();
        (await _process.RequestAsync(HostMessages.Request())).Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_get_all_unfinished_migrations_oldest_first_and_all_hosts()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        await _process.Agents.HandleAsync(_messages.Inventory(HostMessages.Source, HostMessages.CreateVm(), HostMessages.CreateVm("g2"), HostMessages.CreateVm("g3")), default);
        await _process.RequestAsync(HostMessages.Request("b", "g2"));
        await _process.RequestAsync(HostMessages.Request("a", "g3"));
        await _process.RequestAsync(HostMessages.Request("refused") with { To = HostMessages.Source });

        var (fleet, _) = await _process.ReadAsync();
        fleet.Migrations.Select(migration => migration.Id.Value).ShouldBe(["m1", "a", "b"]);
        fleet.Hosts.Select(host => host.Inventory.Host).ShouldBe([HostMessages.Source, HostMessages.Destination]);
        fleet.Migrations[0].Phase.ShouldBe(MigrationPhase.Queued);
        fleet.Migrations[0].QueuedAt.ShouldBe(fleet.Migrations[0].RequestedAt);
    }

    [Fact]
    public async Task Should_be_accepted_only_in_the_pass_that_read_last()
    {
        var (_, first) = await _process.ReadAsync();
        var (_, second) = await _process.ReadAsync();
        var late = await AdmitAsync(first);
        late.Accepted.ShouldBeFalse();
        late.Explanation.ShouldBe($"scheduling pass {first} is outdated: the latest is {second}");
        (await RejectAsync(first)).Accepted.ShouldBeFalse();
        (await ShowAsync()).Phase.ShouldBe(MigrationPhase.Queued);

        (await AdmitAsync(second)).Accepted.ShouldBeTrue();
        (await ShowAsync()).Phase.ShouldBe(MigrationPhase.Preparing);
    }

    [Fact]
    public async Task Should_not_end_a_pass_by_reading_without_one_or_late()
    {
        var (_, passEpoch) = await _process.ReadAsync();
        (await _process.Scheduler.AnswerAsync(new ReadFleet(0), default)).Migrations.Count.ShouldBe(1);
        (await _process.Scheduler.AnswerAsync(new ReadFleet(passEpoch - 1), default)).Migrations.Count.ShouldBe(1);
        (await AdmitAsync(passEpoch)).Accepted.ShouldBeTrue();
    }

    [Fact]
    public async Task Should_have_to_read_again_after_a_restart()
    {
        var (_, passEpoch) = await _process.ReadAsync();
        await RestartAsync();
        (await AdmitAsync(passEpoch)).Explanation.ShouldContain("since the service started");
        (await AdmitAsync(0)).Accepted.ShouldBeFalse("reading without a pass epoch is no pass");

        (await _process.AdmitAsync(Id)).Accepted.ShouldBeTrue();
    }

    [Fact]
    public async Task Should_assign_a_slot_once_when_several_schedulers_decide_at_the_same_time()
    {
        var passes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _process.ReadAsync()));
        var answers = await Task.WhenAll(passes.Select(read => AdmitAsync(read.PassEpoch)));
        answers.Count(answer => answer.Accepted).ShouldBe(1);
    }

    [Fact]
    public async Task Should_include_an_admission_whose_commit_was_not_confirmed()
    {
        // The transaction was committed but its confirmation was lost: the grain does not know the saved state.
        var (_, passEpoch) = await _process.ReadAsync();
        var stored = (await _process.Store.LoadAsync(Id))!;
        var attempt = new AdmissionReceived(HostMessages.Admission(Id, passEpoch), _process.Hosts.Locate(HostMessages.CreateVm().Id)!, new Epoch(5));
        await _process.Store.SaveAsync(MigrationStateMachine.Apply(stored.State, attempt, _time.GetUtcNow()).State, stored.Version, attempt, _time.GetUtcNow(), []);
        (await ShowAsync()).Phase.ShouldBe(MigrationPhase.Queued);

        var (fleet, next) = await _process.ReadAsync();
        (fleet.Migrations.Single().Phase, fleet.Migrations.Single().Destination).ShouldBe((MigrationPhase.Preparing, HostMessages.Destination));
        await Should.ThrowAsync<ConcurrencyException>(() => AdmitAsync(next));
        (await AdmitAsync(next)).ShouldBe(new AdmissionAnswer(true), "a new grain was activated from the store");
        (await _process.Store.LoadAsync(Id))!.Version.ShouldBe(2);
    }

    [Fact]
    public async Task Should_not_fill_the_journal_while_waiting()
    {
        for (var report = 0; report < 5; report++)
            await ReportBothAsync();
        (await _process.Store.LoadAsync(Id))!.Version.ShouldBe(1);

        await ReadyAsync();
        var version = (await _process.Store.LoadAsync(Id))!.Version;
        for (var report = 0; report < 5; report++)
            await ReportBothAsync();
        (await _process.Store.LoadAsync(Id))!.Version.ShouldBe(version);

        (await _process.AdmitAsync(Id)).Accepted.ShouldBeTrue();
        await Eventually.HoldsAsync(() => _bus.Commands.OfType<StartMigration>().Any(), "the migration starts");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_refuse_another_migration_of_a_waiting_vm(bool afterRestart)
    {
        if (afterRestart)
            await RestartAsync();
        var refusal = (await _process.RequestAsync(HostMessages.Request("m2"))).Refusals.ShouldHaveSingleItem();
        (refusal.Code, refusal.Message).ShouldBe((RefusalCode.AlreadyMigrating, "g1 is already in migration m1"));
    }

    [Fact]
    public async Task Should_explain_why_an_admission_is_refused()
    {
        await _process.Agents.HandleAsync(_messages.Report(HostMessages.Source, null), default);
        (await _process.AdmitAsync(Id)).Explanation.ShouldBe("no host reports g1 any more");
        await _process.Agents.HandleAsync(_messages.Report(HostMessages.Source, VmStatus.Paused), default);
        (await _process.AdmitAsync(Id)).Explanation.ShouldContain("g1 is paused on hosta");
        await ReportBothAsync();
        (await _process.AdmitAsync(Id, to: new("hostz"))).Explanation.ShouldBe("hostz is no longer an allowed destination for g1: only hostb");
        _time.Advance(TimeSpan.FromMinutes(2));
        (await _process.AdmitAsync(Id)).Explanation.ShouldContain("hostb is not responding: it last reported 120 s ago");
        _bus.Commands.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_migrate_a_vm_from_its_new_host_although_its_old_host_is_fenced()
    {
        var elsewhere = new HostName("hostc");
        await _process.Agents.HandleAsync(_messages.Inventory(HostMessages.Source), default);
        await _process.Agents.HandleAsync(_messages.Report(HostMessages.Source, null), default);
        await _process.Agents.HandleAsync(_messages.Inventory(elsewhere, HostMessages.CreateVm()), default);
        _time.Advance(TimeSpan.FromMinutes(2));
        await _process.Agents.HandleAsync(_messages.Report(elsewhere, VmStatus.Up), default);
        await _process.Agents.HandleAsync(_messages.Report(HostMessages.Destination, null), default);
        (await _process.Fencing.AnswerAsync(new FenceHost(HostMessages.Source, true, "ann"), default)).Result.ShouldBe(FenceResult.Fenced);

        (await ShowAsync()).Phase.ShouldBe(MigrationPhase.Queued, "the VM had left the host before it was fenced");
        (await _process.AdmitAsync(Id)).ShouldBe(new AdmissionAnswer(true));
        (await ShowAsync()).Source.ShouldBe(elsewhere);
    }

    [Fact]
    public async Task Should_end_a_waiting_migration_whose_host_is_fenced()
    {
        _time.Advance(TimeSpan.FromMinutes(2));
        await _process.Fencing.AnswerAsync(new FenceHost(HostMessages.Source, true, "ann"), default);
        (await ShowAsync()).Outcome.ShouldBe(MigrationOutcome.Lost);
    }

    [Fact]
    public async Task Should_be_able_to_reject_and_operators_to_reschedule()
    {
        var request = new RescheduleMigration { Id = Id, RequestedBy = "ann", Priority = MigrationPriority.System, ToAny = true };
        (await _process.Scheduler.AnswerAsync(request, default)).Result.ShouldBe(ChangeResult.Accepted);
        (await _process.Scheduler.AnswerAsync(request with { Id = new("none") }, default)).Result.ShouldBe(ChangeResult.NotFound);
        var (fleet, passEpoch) = await _process.ReadAsync();
        var view = fleet.Migrations.Single();
        (view.Priority, view.AllowedHosts.Count).ShouldBe((MigrationPriority.System, 0));

        (await RejectAsync(passEpoch)).ShouldBe(new AdmissionAnswer(true));
        (await ShowAsync()).Outcome.ShouldBe(MigrationOutcome.Refused);
        (await RejectAsync(passEpoch)).Explanation.ShouldContain("already ended: Refused");
        (await _process.RequestAsync(HostMessages.Request("m2"))).Refusals.ShouldBeEmpty("the VM is free again");
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        stores.Remove(_location);
        GC.SuppressFinalize(this);
    }

    private async Task ReportBothAsync()
    {
        await _process.Agents.HandleAsync(_messages.Report(HostMessages.Source, VmStatus.Up), default);
        await _process.Agents.HandleAsync(_messages.Report(HostMessages.Destination, null), default);
    }

    private async Task RestartAsync()
    {
        await _process.DisposeAsync();
        _process = await MigrationsProcess.StartAsync(_location, _time, _bus);
        await ReportBothAsync();
    }

    private async Task ReadyAsync()
    {
        (await _process.AdmitAsync(Id, mayTransfer: false)).Accepted.ShouldBeTrue();
        var prepare = await Eventually.ReturnsAsync(() => Task.FromResult(_bus.Commands.OfType<PrepareIncoming>().LastOrDefault()), nameof(PrepareIncoming));
        await _process.Agents.HandleAsync(HostMessages.Done(prepare), default);
        (await ShowAsync()).Phase.ShouldBe(MigrationPhase.Ready);
    }

    private Task<AdmissionAnswer> AdmitAsync(long passEpoch) => _process.Scheduler.AnswerAsync(HostMessages.Admission(Id, passEpoch), default);

    private Task<AdmissionAnswer> RejectAsync(long passEpoch) =>
        _process.Scheduler.AnswerAsync(new RejectMigration(Id, 1, passEpoch, [new Refusal(RefusalCode.Cordoned, "hostb is cordoned")]), default);

    private async Task<MigrationView> ShowAsync() => (await _process.Requests.AnswerAsync(new GetMigration(Id), default)).Migration!;
}
