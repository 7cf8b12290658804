using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Vms;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Migrations.Host.Tests;

public sealed class When_two_agents_have_one_name : IAsyncLifetime
{
    private static readonly VmDescription G1 = HostMessages.CreateVm();
    private static readonly VmDescription G2 = HostMessages.CreateVm("g2");

    private readonly SqliteFiles _stores = new();
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingBus _bus = new();
    private readonly RecordingLog _log = new();
    private readonly HostMessages _known;
    private readonly HostMessages _other;
    private string _location = "";

    public When_two_agents_have_one_name() => (_known, _other) = (new(_time), new(_time));

    public async ValueTask InitializeAsync() => _location = await _stores.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _stores.Remove(_location);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Should_conclude_nothing_from_another_host_of_the_name_and_be_normal_once_it_has_stopped()
    {
        await using var process = await StartAsync();
        for (var second = 0; second < 20; second++)
        {
            await process.Agents.HandleAsync(OtherInventory(), default);
            await process.Agents.HandleAsync(OtherReport(), default);
            await process.Agents.HandleAsync(_known.Report(HostMessages.Source, VmStatus.Up), default);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var host = process.Hosts.List()[0];
        host.Inventory.Vms.ShouldHaveSingleItem().Name.ShouldBe("g1");
        var problem = host.Problems.ShouldHaveSingleItem();
        (problem.Kind, problem.Message).ShouldBe((HostProblemKind.IdentityConflict, "two hosts report as hosta: the one with UUID uuid-hosta, whose messages count, and one with UUID uuid-other"));
        (await process.Requests.AnswerAsync(new ListHosts(), default)).Hosts[0].Problems.ShouldNotBeEmpty();
        _log.Count(2062).ShouldBe(1, "once per streak");
        (await AdmitAsync(process)).Explanation.ShouldContain("two hosts report as hosta");

        await WithReportsAsync(process, TimeSpan.FromSeconds(61));
        process.Hosts.List()[0].Problems.ShouldBeEmpty();
        (await process.AdmitAsync(HostMessages.Request().Id)).Accepted.ShouldBeTrue("nothing was restarted");
    }

    [Fact]
    public async Task Should_take_the_host_that_was_reinstalled_once_the_old_one_is_unresponsive()
    {
        await using var process = await StartAsync();
        await process.Agents.HandleAsync(OtherInventory(), default);
        process.Hosts.List()[0].Inventory.Hypervisor.HostUuid.ShouldBe("uuid-hosta");

        _time.Advance(TimeSpan.FromSeconds(70));
        await process.Agents.HandleAsync(OtherInventory(), default);
        var host = process.Hosts.List()[0];
        (host.Inventory.Hypervisor.HostUuid, host.Inventory.Vms.Single().Name, host.Health).ShouldBe(("uuid-other", "g2", HostHealth.Healthy));
        host.Problems.ShouldBeEmpty();
        _log.Last(2063).ShouldContain("uuid-hosta");
        (await process.Store.LoadInventoriesAsync(default)).Single(stored => stored.Host == HostMessages.Source).Checked.Content!.Hypervisor.HostUuid.ShouldBe("uuid-other");
    }

    [Fact]
    public async Task Should_show_two_agents_of_one_host_that_report_in_turn()
    {
        await using var process = await StartAsync();
        for (var second = 0; second < 10; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await process.Agents.HandleAsync(_other.Report(HostMessages.Source, VmStatus.Up) with { AgentEpoch = 2, HostUuid = "uuid-hosta" }, default);
            await process.Agents.HandleAsync(_known.Report(HostMessages.Source, VmStatus.Up), default);
        }

        process.Hosts.List()[0].Problems.ShouldHaveSingleItem().Message.ShouldBe("two agents report as hosta: one with epoch 2, whose messages count, and one with epoch 1");
        _log.Count(2062).ShouldBe(1);
    }

    [Fact]
    public async Task Should_ignore_answers_and_events_of_the_other_host()
    {
        await using var process = await StartAsync();
        (await process.AdmitAsync(HostMessages.Request().Id)).Accepted.ShouldBeTrue();
        var prepare = await Eventually.ReturnsAsync(() => Task.FromResult(_bus.Commands.OfType<PrepareIncoming>().LastOrDefault()), "the destination prepares");

        await process.Agents.HandleAsync(HostMessages.Done(prepare) with { HostUuid = "uuid-other" }, default);
        (await process.Grains.Get(prepare.MigrationId).GetAsync())!.Phase.ShouldBe(MigrationPhase.Preparing);
        process.Hosts.List()[1].Problems.ShouldHaveSingleItem().Kind.ShouldBe(HostProblemKind.IdentityConflict);

        await process.Agents.HandleAsync(HostMessages.Done(prepare) with { HostUuid = "uuid-hostb" }, default);
        (await process.Grains.Get(prepare.MigrationId).GetAsync())!.Phase.ShouldBe(MigrationPhase.Starting);
    }

    [Fact]
    public async Task Should_show_an_agent_whose_epoch_is_behind_with_the_remedy()
    {
        await using var process = await StartAsync();
        await process.Agents.HandleAsync(_known.Report(HostMessages.Source, VmStatus.Up) with { AgentEpoch = 100, HostUuid = "uuid-hosta" }, default);
        _time.Advance(TimeSpan.FromMinutes(2));
        await process.Agents.HandleAsync(_known.Report(HostMessages.Source, VmStatus.Up), default);

        var host = process.Hosts.List()[0];
        host.Health.ShouldBe(HostHealth.Unresponsive, "it is not counted");
        var problem = host.Problems.ShouldHaveSingleItem();
        problem.Kind.ShouldBe(HostProblemKind.StaleAgent);
        problem.Remedy.ShouldBe("set the clock of hosta right and restart its agent");
        _log.Count(2046).ShouldBe(1);

        await process.Agents.HandleAsync(_known.Report(HostMessages.Source, VmStatus.Up) with { AgentEpoch = 101, HostUuid = "uuid-hosta" }, default);
        process.Hosts.List()[0].ShouldSatisfyAllConditions(back => back.Problems.ShouldBeEmpty(), back => back.Health.ShouldBe(HostHealth.Healthy));
    }

    private async Task<MigrationsProcess> StartAsync()
    {
        var process = await MigrationsProcess.StartAsync(_location, _time, _bus, _log);
        await process.Agents.HandleAsync(_known.Inventory(HostMessages.Source, G1), default);
        await process.Agents.HandleAsync(_known.Inventory(HostMessages.Destination), default);
        await process.Agents.HandleAsync(_known.Report(HostMessages.Source, VmStatus.Up), default);
        await process.Agents.HandleAsync(_known.Report(HostMessages.Destination, null), default);
        (await process.RequestAsync(HostMessages.Request())).Refusals.ShouldBeEmpty();
        return process;
    }

    private async Task WithReportsAsync(MigrationsProcess process, TimeSpan time)
    {
        for (var second = 0; second < time.TotalSeconds; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await process.Agents.HandleAsync(_known.Report(HostMessages.Source, VmStatus.Up), default);
            await process.Agents.HandleAsync(_known.Report(HostMessages.Destination, null), default);
        }
    }

    private async Task<Contracts.Scheduling.AdmissionAnswer> AdmitAsync(MigrationsProcess process)
    {
        await process.Agents.HandleAsync(_known.Report(HostMessages.Destination, null), default);
        return await process.AdmitAsync(HostMessages.Request().Id);
    }

    private HostInventory OtherInventory() => _other.Inventory(HostMessages.Source, G2) with
    {
        AgentEpoch = 2,
        Hypervisor = new HypervisorInfo("uuid-other", "QEMU", "10.0.2", "9.0.0"),
    };

    private HostReport OtherReport() => _other.Report(HostMessages.Source, null) with { AgentEpoch = 2 };
}
