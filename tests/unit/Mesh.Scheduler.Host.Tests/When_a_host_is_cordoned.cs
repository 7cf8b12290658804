using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Host.Tests.Running;

namespace Mesh.Scheduler.Host.Tests;

public sealed class When_a_host_is_cordoned : IAsyncLifetime
{
    private TestMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await TestMesh.StartAsync(["g1", "g2"], ("Scheduling:PreparingPerHost", "0"), ("Scheduling:OutboundPerHost", "1"));

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Should_not_be_chosen()
    {
        (await CordonAsync("hostb")).ShouldBe(new SchedulerAnswer(true, "hostb is cordoned: it accepts no more VMs; running VMs stay"));

        await _mesh.QueueAsync("g1");

        (await _mesh.AwaitAsync(MigrationPhase.Preparing, "g1"))[0].Destination.ShouldBe(new HostName("hostc"));
        (await _mesh.RequestAsync(TestMessages.Request("g2", "hostb"))).Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.Cordoned);
        await _mesh.Scheduler.AwaitLogAsync("5020 Host hostb cordoned by jane: a new disk");
    }

    [Fact]
    public async Task Should_not_be_chosen_for_queued_migrations_until_uncordoned()
    {
        await _mesh.QueueAsync("g1");
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g1");
        await _mesh.QueueAsync("g2");
        await CordonAsync("hostb");
        await CordonAsync("hostc");
        await _mesh.EndAsync("g1");
        await _mesh.SettleAsync();
        (await _mesh.QueueAsync()).Waiting.ShouldHaveSingleItem().WaitReason.ShouldStartWith("a host that can take the VM: hostb ");

        await UncordonAsync("hostc");

        (await _mesh.AwaitAsync(MigrationPhase.Preparing, "g2"))[0].Destination.ShouldBe(new HostName("hostc"));
    }

    [Fact]
    public async Task Should_stay_cordoned_after_a_restart_and_be_shown()
    {
        await CordonAsync("hostb");

        await _mesh.RestartSchedulerAsync();

        var cordon = (await _mesh.AskAsync<ListDrains, DrainList>(new ListDrains())).Cordons.ShouldHaveSingleItem();
        cordon.ShouldBe(new HostCordon(new HostName("hostb"), CordonState.Cordoned, "jane", _mesh.Time.GetUtcNow(), "a new disk"));
        (await _mesh.AskAsync<ExportFleet, Fleet>(new ExportFleet())).Hosts.Single(host => host.Inventory.Host.Value == "hostb").Cordon.ShouldBe(cordon);
    }

    [Fact]
    public async Task Should_change_nothing_if_repeated()
    {
        await CordonAsync("hostb");
        (await _mesh.AskAsync<CordonHost, SchedulerAnswer>(new CordonHost(new HostName("hostb"), "joe"))).ShouldBe(new SchedulerAnswer(true, "hostb is already cordoned (Cordoned, by jane)"));

        (await UncordonAsync("hostb")).ShouldBe(new SchedulerAnswer(true, "hostb is uncordoned"));
        (await UncordonAsync("hostb")).ShouldBe(new SchedulerAnswer(true, "hostb is not cordoned"));
        (await _mesh.AskAsync<ListDrains, DrainList>(new ListDrains())).Cordons.ShouldBeEmpty();
        _mesh.Scheduler.Log.Count(line => line.StartsWith("5021 Host hostb uncordoned by jane", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Should_refuse_an_unknown_host()
    {
        var unknown = new SchedulerAnswer(false, "unknown host 'hostz' (`mesh hosts` lists them)", IsNotFound: true);

        (await CordonAsync("hostz")).ShouldBe(unknown);
        (await UncordonAsync("hostz")).ShouldBe(unknown);
    }

    [Fact]
    public async Task Should_lose_its_cordon_when_it_is_forgotten()
    {
        await CordonAsync("hostb");
        (await ForgetAsync("hostb")).Succeeded.ShouldBeFalse("it reports");
        (await _mesh.AskAsync<ListDrains, DrainList>(new ListDrains())).Cordons.ShouldHaveSingleItem();

        _mesh.Time.Advance(TimeSpan.FromMinutes(2));

        (await ForgetAsync("hostb")).ShouldBe(new SchedulerAnswer(true, "hostb is forgotten; it is listed again when its agent reports, and is not cordoned then"));
        (await _mesh.AskAsync<ListDrains, DrainList>(new ListDrains())).Cordons.ShouldBeEmpty();
        (await _mesh.AskAsync<ExportFleet, Fleet>(new ExportFleet())).Hosts.Select(host => host.Inventory.Host.Value).ShouldBe(["hosta", "hostc"]);
        (await ForgetAsync("hostb")).IsNotFound.ShouldBeTrue();
    }

    private Task<SchedulerAnswer> ForgetAsync(string host) => _mesh.AskAsync<ForgetHost, SchedulerAnswer>(new ForgetHost(new HostName(host), "jane"));

    private Task<SchedulerAnswer> CordonAsync(string host) => _mesh.AskAsync<CordonHost, SchedulerAnswer>(new CordonHost(new HostName(host), "jane", "a new disk"));

    private Task<SchedulerAnswer> UncordonAsync(string host) => _mesh.AskAsync<UncordonHost, SchedulerAnswer>(new UncordonHost(new HostName(host), "jane"));
}
