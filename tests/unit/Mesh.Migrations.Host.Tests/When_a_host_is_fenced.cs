using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;
using Mesh.Migrations.Host.Fencing;
using Mesh.Testing;
using Mesh.Testing.Fixtures;
using Microsoft.Extensions.Options;

namespace Mesh.Migrations.Host.Tests;

public sealed class When_a_host_is_fenced : IAsyncLifetime
{
    private static readonly FenceHost Confirmed = new(HostMessages.Source, true, "ann");

    private readonly SqliteFiles _stores = new();
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingBus _bus = new();
    private readonly HostMessages _messages;
    private string _location = "";

    public When_a_host_is_fenced() => _messages = new HostMessages(_time);

    public async ValueTask InitializeAsync() => _location = await _stores.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _stores.Remove(_location);
        return ValueTask.CompletedTask;
    }

    private async Task<MigrationsProcess> WithMigrationAsync(params (string Name, string Value)[] settings)
    {
        var process = await MigrationsProcess.StartAsync(_location, _time, _bus, settings);
        await process.Agents.HandleAsync(_messages.Inventory(HostMessages.Source, HostMessages.CreateVm()), default);
        await process.Agents.HandleAsync(_messages.Inventory(HostMessages.Destination), default);
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Source, VmStatus.Up), default);
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Destination, null), default);
        await process.StartMigrationAsync(HostMessages.Request());
        await process.Agents.HandleAsync(HostMessages.Done(await CommandAsync<PrepareIncoming>()), default);
        await process.Agents.HandleAsync(HostMessages.Done(await CommandAsync<StartMigration>()), default);
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Source, VmStatus.MigratingFrom), default);
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Destination, VmStatus.MigratingTo), default);
        return process;
    }

    private async Task<T> CommandAsync<T>()
        where T : AgentCommand => await Eventually.ReturnsAsync(() => Task.FromResult(_bus.Commands.OfType<T>().LastOrDefault()), $"{typeof(T).Name} is sent");

    [Fact]
    public async Task Should_refuse_to_fence_a_host_that_is_responding()
    {
        await using var process = await WithMigrationAsync();
        var answer = await process.Fencing.AnswerAsync(Confirmed, default);
        answer.Result.ShouldBe(FenceResult.Refused);
        answer.Explanation.ShouldContain("running twice");
    }

    [Fact]
    public async Task Should_set_its_vms_down_and_reevaluate_its_migrations()
    {
        await using var process = await WithMigrationAsync();
        _time.Advance(TimeSpan.FromMinutes(2));
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Destination, VmStatus.Up), default);
        process.Hosts.ListMigratingVms().ShouldHaveSingleItem().IsUnknown.ShouldBeTrue("the source is unresponsive");

        var answer = await process.Fencing.AnswerAsync(Confirmed, default);
        (answer.Result, answer.Migrations.Count).ShouldBe((FenceResult.Fenced, 1));
        process.Hosts.List()[0].Health.ShouldBe(HostHealth.Fenced);
        process.Hosts.List()[0].Inventory.Vms.ShouldAllBe(vm => vm.Status == VmStatus.Down);

        _time.Advance(TimeSpan.FromSeconds(1));
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Destination, VmStatus.Up), default);
        _time.Advance(MigrationTimers.LocationGrace * 2);
        await Eventually.HoldsAsync(
            async () => (await process.Grains.Get(HostMessages.Request().Id).GetAsync())!.Outcome == MigrationOutcome.Completed, "the VM is found on the destination");
    }

    [Fact]
    public async Task Should_ignore_earlier_reports_even_after_a_restart()
    {
        var late = _messages.Report(HostMessages.Source, VmStatus.Up);
        await using (var process = await WithMigrationAsync())
        {
            _time.Advance(TimeSpan.FromMinutes(2));
            (await process.Fencing.AnswerAsync(Confirmed, default)).Result.ShouldBe(FenceResult.Fenced);
        }

        await using var next = await MigrationsProcess.StartAsync(_location, _time, _bus);
        await next.Agents.HandleAsync(late with { Sequence = 1000 }, default);
        next.Hosts.List()[0].Health.ShouldBe(HostHealth.Fenced);

        await next.Agents.HandleAsync(_messages.Report(HostMessages.Source, null) with { AgentEpoch = 2, Sequence = 1 }, default);
        next.Hosts.List()[0].Health.ShouldBe(HostHealth.Healthy, "a new agent process reports");
    }

    [Fact]
    public async Task Should_remove_the_fence_when_the_same_process_keeps_reporting()
    {
        await using var process = await WithMigrationAsync();
        _time.Advance(TimeSpan.FromMinutes(2));
        (await process.Fencing.AnswerAsync(Confirmed, default)).Result.ShouldBe(FenceResult.Fenced);
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Source, VmStatus.MigratingFrom), default);
        process.Hosts.List()[0].Health.ShouldBe(HostHealth.Fenced, "a report may have been in transit");

        _time.Advance(TimeSpan.FromMinutes(2));
        await process.Agents.HandleAsync(_messages.Report(HostMessages.Source, VmStatus.MigratingFrom), default);
        process.Hosts.List()[0].Health.ShouldBe(HostHealth.Healthy, "it was never off");
        (await process.Grains.Get(HostMessages.Request().Id).GetAsync())!.Outcome.ShouldBeNull();
    }

    [Fact]
    public async Task Should_report_stale_agent_epochs_of_an_unresponsive_host_once()
    {
        await using var process = await WithMigrationAsync();
        HostReport Older() => _messages.Report(HostMessages.Source, VmStatus.Up) with { AgentEpoch = 0 };
        process.Hosts.Update(Older()).ShouldSatisfyAllConditions(
            reported => reported.IsAccepted.ShouldBeFalse(), reported => reported.IsFromOlderProcess.ShouldBeFalse("it may have been late, and the host is responding"));

        _time.Advance(TimeSpan.FromMinutes(3));
        process.Hosts.Update(Older()).ShouldSatisfyAllConditions(reported => reported.IsAccepted.ShouldBeFalse(), reported => reported.IsFromOlderProcess.ShouldBeTrue());
        process.Hosts.Update(Older()).IsFromOlderProcess.ShouldBeFalse("it was reported already");

        await process.Fencing.AnswerAsync(Confirmed, default);
        process.Hosts.Update(Older() with { AgentEpoch = -1 }).IsFromOlderProcess.ShouldBeTrue("a fenced host is checked as well");
        process.Hosts.List()[0].Health.ShouldBe(HostHealth.Fenced);
    }

    [Fact]
    public async Task Should_refuse_without_a_command_or_a_confirmation()
    {
        await using var process = await WithMigrationAsync();
        (await process.Fencing.AnswerAsync(Confirmed with { Confirmed = false }, default)).Explanation.ShouldContain("--confirm");
        (await process.Fencing.AnswerAsync(Confirmed with { Host = new("nowhere") }, default)).Result.ShouldBe(FenceResult.NotFound);
    }

    [Fact]
    public async Task Should_run_the_configured_command_even_for_a_responding_host_and_fence_it_once_verified()
    {
        await using var process = await WithMigrationAsync(("Fencing:Command", "true"), ("Fencing:Verify", "test $MESH_HOST = hosta"));
        (await process.Fencing.AnswerAsync(Confirmed with { Confirmed = false }, default)).Result.ShouldBe(FenceResult.Started);
        await Eventually.HoldsAsync(() => process.Hosts.List()[0] is { Health: HostHealth.Fenced, Fence.RequestedBy: "ann", FenceAttempt: null }, "the host is fenced");
    }

    [Fact]
    public async Task Should_not_fence_when_the_command_fails_and_report_the_failure()
    {
        await using var process = await WithMigrationAsync(("Fencing:Command", "exit 7"), ("Fencing:Verify", "true"));
        (await process.Fencing.AnswerAsync(Confirmed with { Confirmed = false }, default)).Result.ShouldBe(FenceResult.Started);
        await Eventually.HoldsAsync(() => process.Hosts.List()[0].FenceAttempt is { Failure: not null }, "the failure is reported");
        process.Hosts.List()[0].FenceAttempt!.Failure.ShouldBe("the fence command exited with 7");
        process.Hosts.List()[0].Health.ShouldBe(HostHealth.Healthy);
    }

    [Fact]
    public async Task Should_not_start_with_a_command_but_no_verification() =>
        (await Should.ThrowAsync<OptionsValidationException>(() => WithMigrationAsync(("Fencing:Command", "true")))).Message.ShouldContain("Fencing:Command requires Fencing:Verify");

    [Theory]
    [InlineData("test $MESH_HOST = hosta", "true", null)]
    [InlineData("echo no such power supply >&2; exit 3", "true", "the fence command exited with 3: no such power supply")]
    [InlineData("true", "exit 1", "not verified as off within 1 s: the verify command exited with 1")]
    [InlineData("sleep 100", "true", "the fence command timed out after 1 s")]
    public async Task Should_count_as_off_only_when_command_and_verification_succeed(string command, string verify, string? failure)
    {
        var options = new FenceOptions { Command = command, Verify = verify, Timeout = TimeSpan.FromSeconds(1), VerifyTimeout = TimeSpan.FromSeconds(1) };
        var problem = await new ShellFenceDevice(Options.Create(options), TimeProvider.System).PowerOffAsync(HostMessages.Source, default);
        if (failure is null)
            problem.ShouldBeNull();
        else
            problem.ShouldNotBeNull().ShouldContain(failure);
    }
}
