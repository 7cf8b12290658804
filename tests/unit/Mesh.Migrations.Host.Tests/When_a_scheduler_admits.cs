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

public sealed class When_a_scheduler_admits_on_sqlite() : When_a_scheduler_admits(new SqliteFiles());

public sealed class When_a_scheduler_admits_on_postgresql(PostgresServer server) : When_a_scheduler_admits(server);

public abstract class When_a_scheduler_admits(IStoreSource stores) : IAsyncLifetime
{
    private static readonly MigrationId Id = new("m1");

    private readonly ManualTimeProvider _time = new();
    private readonly RecordingBus _bus = new();
    private string _location = "";
    private HostMessages _words = null!;
    private MigrationsProcess _process = null!;

    public async ValueTask InitializeAsync()
    {
        _location = await stores.CreateAsync();
        _words = new HostMessages(_time);
        _process = await MigrationsProcess.StartAsync(_location, _time, _bus);
        await _process.Agents.HandleAsync(_words.Inventory(HostMessages.Source, HostMessages.CreateVm()), default);
        await _process.Agents.HandleAsync(_words.Inventory(HostMessages.Destination), default);
        await ReportBothAsync();
        (await _process.AskAsync(HostMessages.Request())).Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_be_given_every_migration_that_has_not_ended_the_oldest_first_and_every_host()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        await _process.Agents.HandleAsync(_words.Inventory(HostMessages.Source, HostMessages.CreateVm(), HostMessages.CreateVm("g2"), HostMessages.CreateVm("g3")), default);
        await _process.AskAsync(HostMessages.Request("b", "g2"));
        await _process.AskAsync(HostMessages.Request("a", "g3"));
        await _process.AskAsync(HostMessages.Request("refused", "nosuch"));

        var (fleet, _) = await _process.ReadAsync();
        fleet.Migrations.Select(migration => migration.Id.Value).ShouldBe(["m1", "a", "b"]);
        fleet.Hosts.Select(host => host.Inventory.Host).ShouldBe([HostMessages.Source, HostMessages.Destination]);
        fleet.Migrations[0].Phase.ShouldBe(MigrationPhase.Queued);
        fleet.Migrations[0].QueuedAt.ShouldBe(fleet.Migrations[0].RequestedAt);
    }

    [Fact]
    public async Task Should_be_taken_only_in_the_pass_that_has_read_last()
    {
        var (_, first) = await _process.ReadAsync();
        var (_, second) = await _process.ReadAsync();
        var late = await AdmitAsync(first);
        late.Accepted.ShouldBeFalse();
        late.Explanation.ShouldBe($"turn {first} of the scheduler is over: the newest is {second}");
        (await DismissAsync(first)).Accepted.ShouldBeFalse();
        (await ShowAsync()).Phase.ShouldBe(MigrationPhase.Queued);

        (await AdmitAsync(second)).Accepted.ShouldBeTrue();
        (await ShowAsync()).Phase.ShouldBe(MigrationPhase.Preparing);
    }

    [Fact]
    public async Task Should_take_no_pass_away_by_only_reading_or_by_reading_late()
    {
        var (_, turn) = await _process.ReadAsync();
        (await _process.Scheduler.AnswerAsync(new ReadFleet(0), default)).Migrations.Count.ShouldBe(1);
        (await _process.Scheduler.AnswerAsync(new ReadFleet(turn - 1), default)).Migrations.Count.ShouldBe(1);
        (await AdmitAsync(turn)).Accepted.ShouldBeTrue();
    }

    [Fact]
    public async Task Should_read_once_more_after_a_restart_before_anything_is_taken()
    {
        var (_, turn) = await _process.ReadAsync();
        await RestartAsync();
        (await AdmitAsync(turn)).Explanation.ShouldContain("since the service began");
        (await AdmitAsync(0)).Accepted.ShouldBeFalse("reading is no turn");

        (await _process.AdmitAsync(Id)).Accepted.ShouldBeTrue();
    }

    [Fact]
    public async Task Should_give_a_slot_once_when_two_schedulers_decide_at_the_same_time()
    {
        var turns = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _process.ReadAsync()));
        var answers = await Task.WhenAll(turns.Select(read => AdmitAsync(read.Turn)));
        answers.Count(answer => answer.Accepted).ShouldBe(1);
    }

    [Fact]
    public async Task Should_count_an_admission_whose_keeping_was_not_reported()
    {
        // The commit was done, and the answer to it was lost: the grain does not know of what is kept.
        var (_, turn) = await _process.ReadAsync();
        var stored = (await _process.Store.LoadAsync(Id))!;
        var attempt = new AdmissionReceived(HostMessages.Admission(Id, turn), _process.Hosts.Locate(HostMessages.CreateVm().Id)!, new Epoch(5));
        await _process.Store.SaveAsync(MigrationStateMachine.Apply(stored.State, attempt, _time.GetUtcNow()).State, stored.Version, attempt, _time.GetUtcNow(), []);
        (await ShowAsync()).Phase.ShouldBe(MigrationPhase.Queued);

        var (fleet, next) = await _process.ReadAsync();
        (fleet.Migrations.Single().Phase, fleet.Migrations.Single().Destination).ShouldBe((MigrationPhase.Preparing, HostMessages.Destination));
        await Should.ThrowAsync<ConcurrencyException>(() => AdmitAsync(next));
        (await AdmitAsync(next)).ShouldBe(new AdmissionAnswer(true), "the grain was made anew from what is kept");
        (await _process.Store.LoadAsync(Id))!.Version.ShouldBe(2);
    }

    [Fact]
    public async Task Should_not_fill_the_journal_while_it_waits()
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
        await Eventually.HoldsAsync(() => _bus.Commands.OfType<StartMigration>().Any(), "it starts");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_refuse_another_migration_of_a_machine_that_waits(bool afterRestart)
    {
        if (afterRestart)
            await RestartAsync();
        var refusal = (await _process.AskAsync(HostMessages.Request("m2"))).Refusals.ShouldHaveSingleItem();
        (refusal.Code, refusal.Message).ShouldBe((RefusalCode.AlreadyMigrating, "g1 is already in migration m1"));
    }

    [Fact]
    public async Task Should_refuse_in_words_where_something_speaks_against_it_now()
    {
        await _process.Agents.HandleAsync(_words.Report(HostMessages.Source, null), default);
        (await _process.AdmitAsync(Id)).Explanation.ShouldBe("no host describes g1 any more");
        await _process.Agents.HandleAsync(_words.Report(HostMessages.Source, VmStatus.Paused), default);
        (await _process.AdmitAsync(Id)).Explanation.ShouldContain("g1 is paused on hosta");
        await ReportBothAsync();
        (await _process.AdmitAsync(Id, to: new("hostz"))).Explanation.ShouldBe("hostz may not take g1 any more: only hostb may");
        _time.Advance(TimeSpan.FromMinutes(2));
        (await _process.AdmitAsync(Id)).Explanation.ShouldContain("hostb is not responding: it last reported 120 s ago");
        _bus.Commands.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_take_a_machine_from_where_it_was_moved_meanwhile_although_its_old_host_is_fenced()
    {
        var elsewhere = new HostName("hostc");
        await _process.Agents.HandleAsync(_words.Inventory(HostMessages.Source), default);
        await _process.Agents.HandleAsync(_words.Report(HostMessages.Source, null), default);
        await _process.Agents.HandleAsync(_words.Inventory(elsewhere, HostMessages.CreateVm()), default);
        _time.Advance(TimeSpan.FromMinutes(2));
        await _process.Agents.HandleAsync(_words.Report(elsewhere, VmStatus.Up), default);
        await _process.Agents.HandleAsync(_words.Report(HostMessages.Destination, null), default);
        (await _process.Fencing.AnswerAsync(new FenceHost(HostMessages.Source, true, "ann"), default)).Result.ShouldBe(FenceResult.Fenced);

        (await ShowAsync()).Phase.ShouldBe(MigrationPhase.Queued, "the machine did not die with a host that it had left");
        (await _process.AdmitAsync(Id)).ShouldBe(new AdmissionAnswer(true));
        (await ShowAsync()).Source.ShouldBe(elsewhere);
    }

    [Fact]
    public async Task Should_end_a_migration_that_waits_on_a_host_that_is_fenced()
    {
        _time.Advance(TimeSpan.FromMinutes(2));
        await _process.Fencing.AnswerAsync(new FenceHost(HostMessages.Source, true, "ann"), default);
        (await ShowAsync()).Outcome.ShouldBe(MigrationOutcome.Lost);
    }

    [Fact]
    public async Task Should_be_able_to_dismiss_and_people_to_reschedule()
    {
        var request = new RescheduleMigration { Id = Id, RequestedBy = "ann", Priority = MigrationPriority.System, ToAny = true };
        (await _process.Scheduler.AnswerAsync(request, default)).Result.ShouldBe(ChangeResult.Accepted);
        (await _process.Scheduler.AnswerAsync(request with { Id = new("none") }, default)).Result.ShouldBe(ChangeResult.NotFound);
        var (fleet, turn) = await _process.ReadAsync();
        var view = fleet.Migrations.Single();
        (view.Priority, view.AllowedHosts.Count).ShouldBe((MigrationPriority.System, 0));

        (await DismissAsync(turn)).ShouldBe(new AdmissionAnswer(true));
        (await ShowAsync()).Outcome.ShouldBe(MigrationOutcome.Refused);
        (await DismissAsync(turn)).Explanation.ShouldContain("ended already: Refused");
        (await _process.AskAsync(HostMessages.Request("m2"))).Refusals.ShouldBeEmpty("the machine is free again");
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        stores.Remove(_location);
        GC.SuppressFinalize(this);
    }

    private async Task ReportBothAsync()
    {
        await _process.Agents.HandleAsync(_words.Report(HostMessages.Source, VmStatus.Up), default);
        await _process.Agents.HandleAsync(_words.Report(HostMessages.Destination, null), default);
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

    private Task<AdmissionAnswer> AdmitAsync(long turn) => _process.Scheduler.AnswerAsync(HostMessages.Admission(Id, turn), default);

    private Task<AdmissionAnswer> DismissAsync(long turn) =>
        _process.Scheduler.AnswerAsync(new RejectMigration(Id, 1, turn, [new Refusal(RefusalCode.Cordoned, "hostb is cordoned")]), default);

    private async Task<MigrationView> ShowAsync() => (await _process.Requests.AnswerAsync(new GetMigration(Id), default)).Migration!;
}
