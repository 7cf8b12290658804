using System.Text.Json;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Vms;
using Mesh.Migrations.Host.Store;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Migrations.Host.Tests;

public sealed class When_requests_are_concurrent_on_sqlite() : When_requests_are_concurrent(new SqliteFiles());

public sealed class When_requests_are_concurrent_on_postgresql(PostgresServer server) : When_requests_are_concurrent(server);

public abstract class When_requests_are_concurrent(IStoreSource stores) : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingBus _bus = new();
    private string _location = "";
    private MigrationsProcess _process = null!;

    public async ValueTask InitializeAsync()
    {
        _location = await stores.CreateAsync();
        _process = await MigrationsProcess.StartAsync(_location, _time, _bus);
        var messages = new HostMessages(_time);
        await _process.Agents.HandleAsync(messages.Inventory(HostMessages.Source, HostMessages.CreateVm()), default);
        await _process.Agents.HandleAsync(messages.Inventory(HostMessages.Destination), default);
        await _process.Agents.HandleAsync(messages.Report(HostMessages.Source, VmStatus.Up), default);
        await _process.Agents.HandleAsync(messages.Report(HostMessages.Destination, null), default);
    }

    [Fact]
    public async Task Should_accept_one_migration_per_vm_and_refuse_the_others()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => RequestAsync($"m{number}")));
        answers.Count(answer => answer.Refusals.Count == 0).ShouldBe(1);
        answers.Where(answer => answer.Refusals.Count > 0)
            .ShouldAllBe(answer => answer.Refusals.Single().Code == RefusalCode.AlreadyMigrating);
        (await _process.Store.ListUnfinishedAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Should_treat_repeated_requests_as_one()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RequestAsync("same")));
        answers.ShouldAllBe(answer => answer.Refusals.Count == 0);
        _bus.Commands.ShouldBeEmpty("the migration waits for its admission");

        var (_, passEpoch) = await _process.ReadAsync();
        var admitted = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _process.Scheduler.AnswerAsync(HostMessages.Admission(new("same"), passEpoch), default)));
        admitted.ShouldAllBe(answer => answer.Accepted);
        await Eventually.HoldsAsync(() => !_bus.Commands.IsEmpty);
        _bus.Commands.OfType<PrepareIncoming>().Select(command => command.CommandId).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Should_allocate_a_higher_epoch_to_every_attempt()
    {
        var epochs = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _process.Store.NextEpochAsync(_time.GetUtcNow())));
        epochs.Distinct().Count().ShouldBe(20);
        epochs.Min().Number.ShouldBeGreaterThanOrEqualTo(_time.GetUtcNow().ToUnixTimeMilliseconds());
        (await _process.Store.NextEpochAsync(_time.GetUtcNow() - TimeSpan.FromDays(1))).ShouldBeGreaterThan(epochs.Max());
    }

    [Fact]
    public async Task Should_refuse_to_save_a_transition_from_an_outdated_version()
    {
        await RequestAsync("m1");
        var stored = (await _process.Store.LoadAsync(new("m1")))!;
        await _process.Store.SaveAsync(stored.State, stored.Version, new TimerElapsed(), _time.GetUtcNow(), []);
        await Should.ThrowAsync<ConcurrencyException>(
            () => _process.Store.SaveAsync(stored.State, stored.Version, new TimerElapsed(), _time.GetUtcNow(), []));
    }

    [Fact]
    public async Task Should_replay_the_journal_to_the_stored_state()
    {
        await _process.StartMigrationAsync(HostMessages.Request());
        await _process.Requests.AnswerAsync(new AbortMigration(new("m1"), "tester"), default);
        MigrationState? replayed = null;
        foreach (var (at, input) in await _process.Store.LoadJournalAsync(new("m1")))
            replayed = MigrationStateMachine.Apply(replayed, input, at).State;
        var stored = (await _process.Store.LoadAsync(new("m1")))!.State;
        JsonSerializer.Serialize(replayed, MeshJson.Options).ShouldBe(JsonSerializer.Serialize(stored, MeshJson.Options));
    }

    [Fact]
    public async Task Should_deactivate_idle_grains_and_activate_them_again()
    {
        await RefuseAsync("m1");
        _process.Grains.ActiveCount.ShouldBe(1);
        _time.Advance(Grains.LocalGrainHost.IdleMax * 2);
        await Eventually.HoldsAsync(() =>
        {
            _process.Grains.Sweep();
            return _process.Grains.ActiveCount == 0;
        });
        (await _process.Grains.Get(new("m1")).GetAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task Should_list_the_newest_first()
    {
        await RefuseAsync("m1");
        _time.Advance(TimeSpan.FromSeconds(1));
        await RefuseAsync("m2");
        var listed = await _process.Requests.AnswerAsync(new ListMigrations(false, 10), default);
        listed.Migrations.Select(migration => migration.Id.Value).ShouldBe(["m2", "m1"]);
        (await _process.Requests.AnswerAsync(new ListMigrations(true, 10), default)).Migrations.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_report_that_there_is_no_such_migration()
    {
        (await _process.Requests.AnswerAsync(new GetMigration(new("none")), default)).Migration.ShouldBeNull();
        (await _process.Requests.AnswerAsync(new AbortMigration(new("none"), "tester"), default)).Result.ShouldBe(AbortResult.NotFound);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        stores.Remove(_location);
        GC.SuppressFinalize(this);
    }

    private Task<MigrationRequestAnswer> RequestAsync(string id) => _process.RequestAsync(HostMessages.Request(id));

    /// <summary>A migration that ends at once: the VM is on the requested host already.</summary>
    private Task<MigrationRequestAnswer> RefuseAsync(string id) => _process.RequestAsync(HostMessages.Request(id) with { To = HostMessages.Source });
}
