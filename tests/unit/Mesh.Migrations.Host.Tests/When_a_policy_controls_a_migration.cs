using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Migrations.Host.Tests;

public sealed class When_a_policy_controls_a_migration_on_sqlite() : When_a_policy_controls_a_migration(new SqliteFiles());

public sealed class When_a_policy_controls_a_migration_on_postgresql(PostgresServer server) : When_a_policy_controls_a_migration(server);

public abstract class When_a_policy_controls_a_migration(IStoreSource stores) : IAsyncLifetime
{
    private static readonly MigrationId Id = new("m1");

    private static readonly MigrationPolicy Eager = new()
    {
        Name = "eager",
        Description = "Raises the downtime limit, then aborts.",
        Steps =
        [
            new(new() { IterationsOver = 0 }, new() { Kind = PolicyActionKind.SetDowntime, Downtime = TimeSpan.FromMilliseconds(700) }),
            new(new() { IterationsOver = 0 }, new() { Kind = PolicyActionKind.Abort }),
        ],
    };

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
    public async Task Should_resolve_the_policy_of_the_vm_and_record_it_with_the_reason()
    {
        ResolvePolicy? request = null;
        _bus.Policies = resolve =>
        {
            request = resolve;
            return new(new EffectivePolicy(Eager, 3, "its labels match"));
        };
        await using var process = await StartedAsync(HostMessages.Request() with { Policy = "eager" });

        (request!.Vm, request.Named).ShouldBe((HostMessages.CreateVm().Id, "eager"));
        var view = await ShowAsync(process);
        (view.Policy!.Policy.Name, view.Policy.Version, view.Policy.Reason).ShouldBe(("eager", 3, "its labels match"));
    }

    [Fact]
    public async Task Should_start_nothing_when_the_policy_service_does_not_respond()
    {
        _bus.Policies = _ => null;
        await using var process = await ReportedAsync();

        (await process.RequestAsync(HostMessages.Request())).Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.PolicyServiceUnavailable);
        (await process.Requests.AnswerAsync(new GetMigration(Id), default)).Migration.ShouldBeNull();
        _bus.Commands.ShouldBeEmpty();

        _bus.Policies = _ => new(new EffectivePolicy(Eager, 1, ""));
        (await process.RequestAsync(HostMessages.Request())).Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_answer_a_repeated_request_even_if_its_policy_is_gone()
    {
        _bus.Policies = _ => new(new EffectivePolicy(Eager, 1, ""));
        await using var process = await StartedAsync(HostMessages.Request() with { Policy = "eager" });
        _bus.Policies = _ => null;
        (await process.RequestAsync(HostMessages.Request() with { Policy = "eager" })).Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_resume_the_plan_after_the_process_died()
    {
        _bus.Policies = _ => new(new EffectivePolicy(Eager, 1, ""));
        await using (var process = await CopyingAsync())
        {
            await PassAsync(process, 1);
            await PassAsync(process, 2);
            (await CommandAsync<ChangeParameters>()).Parameters.MaxDowntime.ShouldBe(TimeSpan.FromMilliseconds(700));
        }

        await using var next = await ReportedAsync();
        await PassAsync(next, 2);
        _bus.Commands.ShouldNotContain(command => command is AbortJob);
        await PassAsync(next, 3);
        await CommandAsync<AbortJob>();
        _bus.Commands.OfType<ChangeParameters>().Select(change => change.CommandId).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Should_change_a_running_migration_and_report_the_result()
    {
        await using var process = await CopyingAsync();
        var request = new ChangeMigration { Id = Id, ChangeId = "c1", RequestedBy = "tester", Reason = "slow", Parameters = new() { MaxDowntime = TimeSpan.FromSeconds(1) } };
        (await process.Requests.AnswerAsync(request, default)).Change!.Answers.ShouldBeNull();

        var command = await CommandAsync<ChangeParameters>();
        await process.Agents.HandleAsync(
            HostMessages.Done(command) with { Parameters = [new ParameterAnswer(MigrationParameter.MaxDowntime, ParameterResult.Applied, "1000 ms")] }, default);

        var change = (await process.Requests.AnswerAsync(request, default)).Change!;
        (change.RequestedBy, change.Reason, change.Answers!.Single().Result).ShouldBe(("tester", "slow", ParameterResult.Applied));
        (await ShowAsync(process)).Changes.ShouldHaveSingleItem().ChangeId.ShouldBe("c1");
    }

    [Fact]
    public async Task Should_replace_the_policy_by_name()
    {
        await using var process = await CopyingAsync();
        _bus.Policies = resolve => resolve.Named == "eager" ? new(new EffectivePolicy(Eager, 2, "the change names it")) : new(null, "no such policy");

        var request = new ChangeMigration { Id = Id, ChangeId = "c1", RequestedBy = "tester" };
        (await process.Requests.AnswerAsync(request with { Policy = "eagre" }, default)).Result.ShouldBe(ChangeResult.Refused);
        (await process.Requests.AnswerAsync(request with { Policy = "eager" }, default)).Result.ShouldBe(ChangeResult.Accepted);
        (await ShowAsync(process)).Policy!.Policy.Name.ShouldBe("eager");
    }

    [Fact]
    public async Task Should_report_that_there_is_nothing_to_change_or_export()
    {
        await using var process = await ReportedAsync();
        (await process.Requests.AnswerAsync(new ChangeMigration { Id = Id, ChangeId = "c", RequestedBy = "tester", Parameters = new() { Suspend = true } }, default)).Result.ShouldBe(ChangeResult.NotFound);
        (await process.Requests.AnswerAsync(new ExportMigration(Id), default)).Trace.ShouldBeNull();
    }

    [Fact]
    public async Task Should_export_its_telemetry_as_a_trace()
    {
        await using var process = await CopyingAsync();
        await PassAsync(process, 1);
        await PassAsync(process, 2);

        var lines = (await process.Requests.AnswerAsync(new ExportMigration(Id), default)).Trace!.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(3);
        lines[0].ShouldContain("\"memory_bytes\":1073741824");
        lines[2].ShouldContain("\"iteration\":2");
    }

    public ValueTask DisposeAsync()
    {
        stores.Remove(_location);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private async Task<MigrationsProcess> ReportedAsync()
    {
        var process = await MigrationsProcess.StartAsync(_location, _time, _bus);
        await process.Agents.HandleAsync(_messages.Inventory(HostMessages.Source, HostMessages.CreateVm()), default);
        await process.Agents.HandleAsync(_messages.Inventory(HostMessages.Destination), default);
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Source, VmStatus.Up), default);
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Destination, null), default);
        return process;
    }

    private async Task<MigrationsProcess> StartedAsync(RequestMigration? request = null)
    {
        var process = await ReportedAsync();
        await process.StartMigrationAsync(request ?? HostMessages.Request());
        return process;
    }

    private async Task<MigrationsProcess> CopyingAsync()
    {
        var process = await StartedAsync();
        await process.Agents.HandleAsync(HostMessages.Done(await CommandAsync<PrepareIncoming>()), default);
        await process.Agents.HandleAsync(HostMessages.Done(await CommandAsync<StartMigration>()), default);
        return process;
    }

    private async Task PassAsync(MigrationsProcess process, long iteration)
    {
        var start = await CommandAsync<StartMigration>();
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Source, VmStatus.MigratingFrom, new MigrationSample
        {
            MigrationId = Id,
            Epoch = start.Epoch,
            VmId = start.VmId,
            Phase = JobPhase.PreCopy,
            Copy = new()
            {
                Elapsed = TimeSpan.FromSeconds(4 * iteration),
                Iteration = iteration,
                Bandwidth = BytesPerSecond.FromMebibytes(100),
                Memory = new TransferProgress(Bytes.FromGibibytes(1), Bytes.FromMebibytes(500), Bytes.FromMebibytes(100 * iteration)),
            },
        }), default);
    }

    private static async Task<MigrationView> ShowAsync(MigrationsProcess process) => (await process.Requests.AnswerAsync(new GetMigration(Id), default)).Migration!;

    private Task<T> CommandAsync<T>()
        where T : AgentCommand => Eventually.ReturnsAsync(() => Task.FromResult(_bus.Commands.OfType<T>().LastOrDefault()), typeof(T).Name);
}
