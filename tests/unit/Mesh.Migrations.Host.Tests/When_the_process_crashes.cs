using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;
using Mesh.Testing;
using Mesh.Testing.Real;

namespace Mesh.Migrations.Host.Tests;

public sealed class When_the_process_crashes_on_sqlite() : When_the_process_crashes(new SqliteFiles());

public sealed class When_the_process_crashes_on_postgresql(PostgresServer server) : When_the_process_crashes(server);

/// <summary>The service begun anew from its store between every two steps of a flight.</summary>
public abstract class When_the_process_crashes(IStoreSource stores) : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingBus _bus = new();
    private string _location = "";

    public async ValueTask InitializeAsync() => _location = await stores.NewAsync();

    [Fact]
    public async Task Should_bring_the_flight_to_its_end_all_the_same()
    {
        var words = new Words(_time);
        await InProcess(async process =>
        {
            await process.Agents.HandleAsync(words.Inventory(Words.Source, Words.Machine()), default);
            await process.Agents.HandleAsync(words.Inventory(Words.Destination), default);
        });
        await InProcess(async process =>
        {
            // After the restart the inventories are there, but a host counts as up only once it has been heard again.
            await HearBothHosts(process, words);
            (await process.AskAsync(Words.Request())).Refusals.ShouldBeEmpty();
        });
        await InProcess(async process =>
        {
            await HearBothHosts(process, words);
            (await process.AdmitAsync(Words.Request().Id, mayTransfer: false)).Taken.ShouldBeTrue();
        });
        await InProcess(async process => await process.Agents.HandleAsync(Words.Done(await CommandAsync<PrepareIncoming>()), default));
        await InProcess(async process => (await process.AdmitAsync(Words.Request().Id)).Taken.ShouldBeTrue());
        await InProcess(async process => await process.Agents.HandleAsync(Words.Done(await CommandAsync<StartMigration>()), default));
        await InProcess(process => process.Agents.HandleAsync(words.Report(Words.Source, VmStatus.MigratingFrom), default));
        await InProcess(async process => await process.Agents.HandleAsync(words.JobEnded(await CommandAsync<StartMigration>(), JobResult.Completed), default));
        await InProcess(process => process.Agents.HandleAsync(words.Report(Words.Source, null), default));
        await InProcess(async process =>
        {
            await process.Agents.HandleAsync(words.Report(Words.Destination, VmStatus.Up), default);
            var view = await process.Home.Get(Words.Request().Id).ShowAsync();
            view!.Outcome.ShouldBe(MigrationOutcome.Completed);
            await Eventually.HoldsAsync(() => _bus.Events.OfType<MigrationEnded>().Any(), "the end is told");
        });

        _bus.Commands.Select(command => command.CommandId).Distinct().Count().ShouldBe(2);
        _bus.Events.OfType<MigrationEnded>().Select(ended => ended.Outcome).Distinct().ShouldBe([MigrationOutcome.Completed]);
    }

    [Fact]
    public async Task Should_send_what_was_decided_once_the_broker_is_back_even_by_the_next_process()
    {
        var words = new Words(_time);
        _bus.IsReachable = false;
        await InProcess(async process =>
        {
            await KnowBothHosts(process, words);
            await process.BeginAsync(Words.Request());
        });
        _bus.Commands.ShouldBeEmpty();

        _bus.IsReachable = true;
        await InProcess(_ => Eventually.HoldsAsync(() => !_bus.Commands.IsEmpty, "the command comes out of the outbox"));
        (await CommandAsync<PrepareIncoming>()).VmId.ShouldBe(Words.Machine().Id);
    }

    [Fact]
    public async Task Should_answer_a_repeated_request_as_the_first_even_after_the_crash()
    {
        var words = new Words(_time);
        await InProcess(async process =>
        {
            await KnowBothHosts(process, words);
            (await process.AskAsync(Words.Request(vm: "nosuch"))).Refusals.Single().Code.ShouldBe(RefusalCode.UnknownVm);
        });
        await InProcess(async process =>
        {
            await KnowBothHosts(process, words);
            (await process.AskAsync(Words.Request())).Refusals.Single().Code.ShouldBe(RefusalCode.UnknownVm);
        });
    }

    [Fact]
    public async Task Should_wake_a_flight_whose_time_came_meanwhile()
    {
        var words = new Words(_time);
        await InProcess(async process =>
        {
            await KnowBothHosts(process, words);
            await process.BeginAsync(Words.Request());
            await Eventually.HoldsAsync(() => _bus.Commands.Count == 1, "the command is sent");
        });
        _time.Advance(FlightTimers.ResendFirst * 2);
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

    private static async Task KnowBothHosts(MigrationsProcess process, Words words)
    {
        await process.Agents.HandleAsync(words.Inventory(Words.Source, Words.Machine()), default);
        await process.Agents.HandleAsync(words.Inventory(Words.Destination), default);
        await HearBothHosts(process, words);
    }

    private static async Task HearBothHosts(MigrationsProcess process, Words words)
    {
        await process.Agents.HandleAsync(words.Report(Words.Source, VmStatus.Up), default);
        await process.Agents.HandleAsync(words.Report(Words.Destination, null), default);
    }

    private Task<T> CommandAsync<T>()
        where T : AgentCommand => Eventually.GivesAsync(() => Task.FromResult(_bus.Commands.OfType<T>().LastOrDefault()), typeof(T).Name);
}
