using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Migrations.Host.Tests;

public sealed class When_the_process_crashes_on_sqlite() : When_the_process_crashes(new SqliteFiles());

public sealed class When_the_process_crashes_on_postgresql(PostgresServer server) : When_the_process_crashes(server);

/// <summary>The service begun anew from its store between every two steps of a flight.</summary>
public abstract class When_the_process_crashes(IStoreSource stores) : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingBus _bus = new();
    private string _location = "";

    public async ValueTask InitializeAsync() => _location = await stores.CreateAsync();

    [Fact]
    public async Task Should_bring_the_migration_to_its_end_all_the_same()
    {
        var words = new HostMessages(_time);
        await InProcess(async process =>
        {
            await process.Agents.HandleAsync(words.Inventory(HostMessages.Source, HostMessages.CreateVm()), default);
            await process.Agents.HandleAsync(words.Inventory(HostMessages.Destination), default);
        });
        await InProcess(async process =>
        {
            // After the restart the inventories are there, but a host counts as up only once it has been heard again.
            await ReportBothHosts(process, words);
            (await process.AskAsync(HostMessages.Request())).Refusals.ShouldBeEmpty();
        });
        await InProcess(async process =>
        {
            await ReportBothHosts(process, words);
            (await process.AdmitAsync(HostMessages.Request().Id, mayTransfer: false)).Accepted.ShouldBeTrue();
        });
        await InProcess(async process => await process.Agents.HandleAsync(HostMessages.Done(await CommandAsync<PrepareIncoming>()), default));
        await InProcess(async process => (await process.AdmitAsync(HostMessages.Request().Id)).Accepted.ShouldBeTrue());
        await InProcess(async process => await process.Agents.HandleAsync(HostMessages.Done(await CommandAsync<StartMigration>()), default));
        await InProcess(process => process.Agents.HandleAsync(words.Report(HostMessages.Source, VmStatus.MigratingFrom), default));
        await InProcess(async process => await process.Agents.HandleAsync(words.JobEnded(await CommandAsync<StartMigration>(), JobResult.Completed), default));
        await InProcess(process => process.Agents.HandleAsync(words.Report(HostMessages.Source, null), default));
        await InProcess(async process =>
        {
            await process.Agents.HandleAsync(words.Report(HostMessages.Destination, VmStatus.Up), default);
            var view = await process.Home.Get(HostMessages.Request().Id).GetAsync();
            view!.Outcome.ShouldBe(MigrationOutcome.Completed);
            await Eventually.HoldsAsync(() => _bus.Events.OfType<MigrationEnded>().Any(), "the end is told");
        });

        _bus.Commands.Select(command => command.CommandId).Distinct().Count().ShouldBe(2);
        _bus.Events.OfType<MigrationEnded>().Select(ended => ended.Outcome).Distinct().ShouldBe([MigrationOutcome.Completed]);
    }

    [Fact]
    public async Task Should_send_what_was_decided_once_the_broker_is_back_even_by_the_next_process()
    {
        var words = new HostMessages(_time);
        _bus.IsReachable = false;
        await InProcess(async process =>
        {
            await DescribeBothHosts(process, words);
            await process.BeginAsync(HostMessages.Request());
        });
        _bus.Commands.ShouldBeEmpty();

        _bus.IsReachable = true;
        await InProcess(_ => Eventually.HoldsAsync(() => !_bus.Commands.IsEmpty, "the command comes out of the outbox"));
        (await CommandAsync<PrepareIncoming>()).VmId.ShouldBe(HostMessages.CreateVm().Id);
    }

    [Fact]
    public async Task Should_answer_a_repeated_request_as_the_first_even_after_the_crash()
    {
        var words = new HostMessages(_time);
        await InProcess(async process =>
        {
            await DescribeBothHosts(process, words);
            (await process.AskAsync(HostMessages.Request(vm: "nosuch"))).Refusals.Single().Code.ShouldBe(RefusalCode.UnknownVm);
        });
        await InProcess(async process =>
        {
            await DescribeBothHosts(process, words);
            (await process.AskAsync(HostMessages.Request())).Refusals.Single().Code.ShouldBe(RefusalCode.UnknownVm);
        });
    }

    [Fact]
    public async Task Should_wake_a_migration_whose_time_came_meanwhile()
    {
        var words = new HostMessages(_time);
        await InProcess(async process =>
        {
            await DescribeBothHosts(process, words);
            await process.BeginAsync(HostMessages.Request());
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

    private static async Task DescribeBothHosts(MigrationsProcess process, HostMessages words)
    {
        await process.Agents.HandleAsync(words.Inventory(HostMessages.Source, HostMessages.CreateVm()), default);
        await process.Agents.HandleAsync(words.Inventory(HostMessages.Destination), default);
        await ReportBothHosts(process, words);
    }

    private static async Task ReportBothHosts(MigrationsProcess process, HostMessages words)
    {
        await process.Agents.HandleAsync(words.Report(HostMessages.Source, VmStatus.Up), default);
        await process.Agents.HandleAsync(words.Report(HostMessages.Destination, null), default);
    }

    private Task<T> CommandAsync<T>()
        where T : AgentCommand => Eventually.ReturnsAsync(() => Task.FromResult(_bus.Commands.OfType<T>().LastOrDefault()), typeof(T).Name);
}
