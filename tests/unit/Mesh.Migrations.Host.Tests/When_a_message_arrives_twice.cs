using Mesh.Contracts.Agents;
using Mesh.Contracts.Vms;
using Mesh.Migrations.Host.Grains;
using Mesh.Migrations.Host.Store;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Migrations.Host.Tests;

public sealed class When_a_message_arrives_twice_on_sqlite() : When_a_message_arrives_twice(new SqliteFiles());

public sealed class When_a_message_arrives_twice_on_postgresql(PostgresServer server) : When_a_message_arrives_twice(server);

public abstract class When_a_message_arrives_twice(IStoreSource stores) : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingBus _bus = new();
    private string _location = "";
    private HostMessages _messages = null!;

    public async ValueTask InitializeAsync()
    {
        _location = await stores.CreateAsync();
        _messages = new HostMessages(_time);
    }

    [Fact]
    public async Task Should_handle_an_answer_once()
    {
        await using var process = await StartedAsync();
        var done = HostMessages.Done(await CommandAsync<PrepareIncoming>());

        await process.Agents.HandleAsync(done, default);
        var once = await VersionAsync(process);
        await process.Agents.HandleAsync(done, default);

        (await VersionAsync(process)).ShouldBe(once);
    }

    [Fact]
    public async Task Should_handle_an_event_once_even_in_the_next_process()
    {
        JobStalled stalled;
        long once;
        await using (var process = await StartedAsync())
        {
            stalled = Stalled(await CommandAsync<PrepareIncoming>());
            await process.Agents.HandleAsync(stalled, default);
            once = await VersionAsync(process);
        }

        await using var next = await MigrationsProcess.StartAsync(_location, _time, _bus);
        await next.Agents.HandleAsync(stalled, default);

        (await VersionAsync(next)).ShouldBe(once);
        await next.Agents.HandleAsync(stalled with { EventId = new("m1.1.1.2") }, default);
        (await VersionAsync(next)).ShouldBe(once + 1);
    }

    [Fact]
    public async Task Should_handle_concurrent_copies_of_an_event_once()
    {
        await using var process = await StartedAsync();
        var stalled = Stalled(await CommandAsync<PrepareIncoming>());
        var before = await VersionAsync(process);

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => process.Agents.HandleAsync(stalled, default)));

        (await VersionAsync(process)).ShouldBe(before + 1);
    }

    [Fact]
    public async Task Should_handle_every_event_without_an_identity()
    {
        await using var process = await StartedAsync();
        var stalled = Stalled(await CommandAsync<PrepareIncoming>()) with { EventId = null };
        var before = await VersionAsync(process);

        await process.Agents.HandleAsync(stalled, default);
        await process.Agents.HandleAsync(stalled, default);

        (await VersionAsync(process)).ShouldBe(before + 2);
    }

    [Fact]
    public async Task Should_handle_a_message_again_if_its_transition_was_not_saved()
    {
        await using var process = await StartedAsync();
        var stored = (await process.Store.LoadAsync(new("m1")))!;
        var done = HostMessages.Done(await CommandAsync<PrepareIncoming>());
        var identity = AgentMessageIdentity.From(done);

        await Should.ThrowAsync<ConcurrencyException>(
            () => process.Store.SaveAsync(stored.State, stored.Version + 7, new AnswerReceived(done), _time.GetUtcNow(), [], identity));

        (await process.Store.SaveAsync(stored.State, stored.Version, new AnswerReceived(done), _time.GetUtcNow(), [], identity)).ShouldBeTrue();
        (await process.Store.SaveAsync(stored.State, stored.Version + 1, new AnswerReceived(done), _time.GetUtcNow(), [], identity)).ShouldBeFalse();
    }

    public ValueTask DisposeAsync()
    {
        stores.Remove(_location);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private async Task<MigrationsProcess> StartedAsync()
    {
        var process = await MigrationsProcess.StartAsync(_location, _time, _bus);
        await process.Agents.HandleAsync(_messages.Inventory(HostMessages.Source, HostMessages.CreateVm()), default);
        await process.Agents.HandleAsync(_messages.Inventory(HostMessages.Destination), default);
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Source, VmStatus.Up), default);
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Destination, null), default);
        await process.StartMigrationAsync(HostMessages.Request());
        return process;
    }

    private JobStalled Stalled(AgentCommand command) => new()
    {
        EventId = new("m1.1.1.1"),
        Host = HostMessages.Source,
        MigrationId = command.MigrationId,
        Epoch = command.Epoch,
        VmId = command.VmId,
        At = _time.GetUtcNow(),
        StalledFor = TimeSpan.FromSeconds(5),
    };

    private static async Task<long> VersionAsync(MigrationsProcess process) => (await process.Store.LoadAsync(new("m1")))!.Version;

    private Task<T> CommandAsync<T>()
        where T : AgentCommand => Eventually.ReturnsAsync(() => Task.FromResult(_bus.Commands.OfType<T>().LastOrDefault()), typeof(T).Name);
}
