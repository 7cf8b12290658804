using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Migrations.Host.Tests;

public sealed class When_a_host_is_forgotten : IAsyncLifetime
{
    private readonly SqliteFiles _stores = new();
    private readonly ManualTimeProvider _time = new();
    private readonly HostMessages _messages;
    private string _location = "";
    private MigrationsProcess _process = null!;

    public When_a_host_is_forgotten() => _messages = new HostMessages(_time);

    public async ValueTask InitializeAsync()
    {
        _location = await _stores.CreateAsync();
        _process = await StartAsync();
        await DescribeAsync(HostMessages.Source, VmStatus.Up);
        await DescribeAsync(HostMessages.Destination, null);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _stores.Remove(_location);
    }

    [Fact]
    public async Task It_is_listed_no_more_even_after_a_restart()
    {
        await BecomeUnresponsiveAsync();

        (await ForgetAsync("hostb")).ShouldBe(new SchedulerAnswer(true, "hostb is forgotten; it is listed again when its agent reports"));

        Hosts().ShouldBe(["hosta"]);
        await _process.DisposeAsync();
        _process = await StartAsync();
        Hosts().ShouldBe(["hosta"]);
    }

    [Fact]
    public async Task It_comes_back_when_its_agent_reports_again()
    {
        await BecomeUnresponsiveAsync();
        await ForgetAsync("hostb");

        await DescribeAsync(HostMessages.Destination, null);

        Hosts().ShouldBe(["hosta", "hostb"]);
    }

    [Fact]
    public async Task One_that_reports_is_kept()
    {
        _time.Advance(TimeSpan.FromSeconds(20));

        var answer = await ForgetAsync("hostb");

        answer.ShouldBe(new SchedulerAnswer(false, "hostb reported 20 s ago. Stop its agent, and forget the host once it is unresponsive"));
        Hosts().ShouldBe(["hosta", "hostb"]);
    }

    [Fact]
    public async Task One_with_an_unfinished_migration_is_kept()
    {
        await _process.StartMigrationAsync(HostMessages.Request());
        await BecomeUnresponsiveAsync();

        (await ForgetAsync("hostb")).Explanation.ShouldBe("hostb has unfinished migrations: m1. Abort them, or fence the host, first");
        Hosts().ShouldContain("hostb");
    }

    [Fact]
    public async Task An_unknown_one_is_not_found()
    {
        var answer = await ForgetAsync("hostx");
        (answer.Succeeded, answer.IsNotFound).ShouldBe((false, true));
        answer.Explanation.ShouldContain("unknown host 'hostx'");

        (await _process.Fencing.AnswerAsync(new FenceHost(new HostName("hostx"), true, "ann"), default)).Result.ShouldBe(FenceResult.NotFound);
    }

    [Fact]
    public async Task A_request_for_an_unknown_vm_is_answered_and_not_stored()
    {
        var request = HostMessages.Request(vm: "no such & \"vm\"");
        for (var attempt = 0; attempt < 2; attempt++)
            (await _process.RequestAsync(request)).Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.UnknownVm);

        (await _process.Store.ListAsync(unfinishedOnly: false, 10)).ShouldBeEmpty();
        (await _process.Grains.Get(request.Id).GetAsync()).ShouldBeNull();
        (await _process.RequestAsync(HostMessages.Request())).Refusals.ShouldBeEmpty("the id is free");
    }

    private async Task BecomeUnresponsiveAsync()
    {
        _time.Advance(TimeSpan.FromMinutes(2));
        await DescribeAsync(HostMessages.Source, VmStatus.Up);
    }

    private async Task DescribeAsync(HostName host, VmStatus? status)
    {
        await _process.Agents.HandleAsync(_messages.Inventory(host, status is null ? [] : [HostMessages.CreateVm()]), default);
        await _process.Agents.HandleAsync(_messages.Report(host, status), default);
    }

    private Task<MigrationsProcess> StartAsync() => MigrationsProcess.StartAsync(_location, _time, new RecordingBus());

    private Task<SchedulerAnswer> ForgetAsync(string host) => _process.Forgetting.AnswerAsync(new ForgetHost(new HostName(host), "ann"), default);

    private IEnumerable<string> Hosts() => _process.Hosts.List(includeRejected: true).Select(view => view.Inventory.Host.Value);
}
