using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Migrations.Host.Tests;

public sealed class When_the_process_crashes_on_sqlite() : When_the_process_crashes(new SqliteFiles());

public sealed class When_the_process_crashes_on_postgresql(PostgresServer server) : When_the_process_crashes(server);

/// <summary>The service restarts from its store after every step of a migration.</summary>
public abstract class When_the_process_crashes(IStoreSource stores) : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingBus _bus = new();
    private string _location = "";

    public async ValueTask InitializeAsync() => _location = await stores.CreateAsync();

    [Fact]
    public async Task Should_still_complete_the_migration()
    {
        var messages = new HostMessages(_time);
        await InProcess(async process =>
        {
            await process.Agents.HandleAsync(messages.Inventory(HostMessages.Source, HostMessages.CreateVm()), default);
            await process.Agents.HandleAsync(messages.Inventory(HostMessages.Destination), default);
        });
        await InProcess(async process =>
        {
            // After the restart the inventories are known, but a host is healthy only once it has reported again.
            await ReportBothHosts(process, messages);
            (await process.RequestAsync(HostMessages.Request())).Refusals.ShouldBeEmpty();
        });
        await InProcess(async process =>
        {
            await ReportBothHosts(process, messages);
            (await process.AdmitAsync(HostMessages.Request().Id, mayTransfer: false)).Accepted.ShouldBeTrue();
        });
        await InProcess(async process => await process.Agents.HandleAsync(HostMessages.Done(await CommandAsync<PrepareIncoming>()), default));
        await InProcess(async process => (await process.AdmitAsync(HostMessages.Request().Id)).Accepted.ShouldBeTrue());
        await InProcess(async process => await process.Agents.HandleAsync(HostMessages.Done(await CommandAsync<StartMigration>()), default));
        await InProcess(process => process.Agents.HandleAsync(messages.Report(HostMessages.Source, VmStatus.MigratingFrom), default));
        await InProcess(async process => await process.Agents.HandleAsync(messages.JobEnded(await CommandAsync<StartMigration>(), JobResult.Completed), default));
        await InProcess(process => process.Agents.HandleAsync(messages.Report(HostMessages.Source, null), default));
        await InProcess(async process =>
        {
            await process.Agents.HandleAsync(messages.Report(HostMessages.Destination, VmStatus.Up), default);
            var view = await process.Grains.Get(HostMessages.Request().Id).GetAsync();
            view!.Outcome.ShouldBe(MigrationOutcome.Completed);
            await Eventually.HoldsAsync(() => _bus.Events.OfType<MigrationEnded>().Any(), "the outcome is published");
        });

        _bus.Commands.Select(command => command.CommandId).Distinct().Count().ShouldBe(2);
        _bus.Events.OfType<MigrationEnded>().Select(ended => ended.Outcome).Distinct().ShouldBe([MigrationOutcome.Completed]);
    }

    [Fact]
    public async Task Should_send_pending_commands_once_the_broker_is_back_even_in_the_next_process()
    {
        var messages = new HostMessages(_time);
        _bus.IsReachable = false;
        await InProcess(async process =>
        {
            await DescribeBothHosts(process, messages);
            await process.StartMigrationAsync(HostMessages.Request());
        });
        _bus.Commands.ShouldBeEmpty();

        _bus.IsReachable = true;
        await InProcess(_ => Eventually.HoldsAsync(() => !_bus.Commands.IsEmpty, "the command is sent from the outbox"));
        (await CommandAsync<PrepareIncoming>()).VmId.ShouldBe(HostMessages.CreateVm().Id);
    }

    [Fact]
    public async Task Should_answer_a_repeated_request_like_the_first_even_after_the_crash()
    {
        var messages = new HostMessages(_time);
        await InProcess(async process =>
        {
            await DescribeBothHosts(process, messages);
            (await process.RequestAsync(HostMessages.Request() with { To = HostMessages.Source })).Refusals.Single().Code.ShouldBe(RefusalCode.SameHost);
        });
        await InProcess(async process =>
        {
            await DescribeBothHosts(process, messages);
            (await process.RequestAsync(HostMessages.Request())).Refusals.Single().Code.ShouldBe(RefusalCode.SameHost);
        });
    }

    [Fact]
    public async Task Should_fire_a_timer_that_expired_in_the_meantime()
    {
        var messages = new HostMessages(_time);
        await InProcess(async process =>
        {
            await DescribeBothHosts(process, messages);
            await process.StartMigrationAsync(HostMessages.Request());
            await Eventually.HoldsAsync(() => _bus.Commands.Count == 1, "the command is sent");
        });
        _time.Advance(MigrationTimers.ResendFirst * 2);
        await InProcess(_ => Eventually.HoldsAsync(() => _bus.Commands.Count == 2, "the unanswered command is sent again"));
        _bus.Commands.Select(command => command.CommandId).Distinct().ShouldHaveSingleItem();
    }

    public ValueTask DisposeAsync()
    {
        stores.Remove(_location);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private async Task InProcess(Func<MigrationsProcess, Task> step)
    {
        await using var process = await MigrationsProcess.StartAsync(_location, _time, _bus);
        await step(process);
    }

    private static async Task DescribeBothHosts(MigrationsProcess process, HostMessages messages)
    {
        await process.Agents.HandleAsync(messages.Inventory(HostMessages.Source, HostMessages.CreateVm()), default);
        await process.Agents.HandleAsync(messages.Inventory(HostMessages.Destination), default);
        await ReportBothHosts(process, messages);
    }

    private static async Task ReportBothHosts(MigrationsProcess process, HostMessages messages)
    {
        await process.Agents.HandleAsync(messages.Report(HostMessages.Source, VmStatus.Up), default);
        await process.Agents.HandleAsync(messages.Report(HostMessages.Destination, null), default);
    }

    private Task<T> CommandAsync<T>()
        where T : AgentCommand => Eventually.ReturnsAsync(() => Task.FromResult(_bus.Commands.OfType<T>().LastOrDefault()), typeof(T).Name);
}
