using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Host.Tests.Running;

namespace Mesh.Scheduler.Host.Tests;

public sealed class When_a_host_is_closed : IAsyncLifetime
{
    private TestMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await TestMesh.StartAsync(["g1", "g2"], ("Scheduling:PreparingPerHost", "0"), ("Scheduling:OutboundPerHost", "1"));

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Should_be_chosen_no_more()
    {
        (await CordonAsync("hostb")).ShouldBe(new SchedulerAnswer(true, "no machine comes to hostb any more; those that are there stay"));

        await _mesh.QueueAsync("g1");

        (await _mesh.AwaitAsync(MigrationPhase.Preparing, "g1"))[0].Destination.ShouldBe(new HostName("hostc"));
        (await _mesh.RequestAsync(TestMessages.Request("g2", "hostb"))).Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.Cordoned);
        _mesh.Scheduler.Log.ShouldContain("5020 Host hostb was cordoned by jane. a new disk");
    }

    [Fact]
    public async Task Should_be_chosen_no_more_for_what_waits_and_then_again()
    {
        await _mesh.QueueAsync("g1");
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g1");
        await _mesh.QueueAsync("g2");
        await CordonAsync("hostb");
        await CordonAsync("hostc");
        await _mesh.EndAsync("g1");
        await _mesh.SettleAsync();
        (await _mesh.QueueAsync()).Waiting.ShouldHaveSingleItem().WaitReason.ShouldStartWith("a host that can take the machine: hostb ");

        await UncordonAsync("hostc");

        (await _mesh.AwaitAsync(MigrationPhase.Preparing, "g2"))[0].Destination.ShouldBe(new HostName("hostc"));
    }

    [Fact]
    public async Task Should_stay_closed_over_a_restart_and_be_shown()
    {
        await CordonAsync("hostb");

        await _mesh.RestartSchedulerAsync();

        var cordon = (await _mesh.AskAsync<ListDrains, DrainList>(new ListDrains())).Cordons.ShouldHaveSingleItem();
        cordon.ShouldBe(new HostCordon(new HostName("hostb"), CordonState.Cordoned, "jane", _mesh.Time.GetUtcNow(), "a new disk"));
        (await _mesh.AskAsync<ExportFleet, Fleet>(new ExportFleet())).Hosts.Single(host => host.Inventory.Host.Value == "hostb").Cordon.ShouldBe(cordon);
    }

    [Fact]
    public async Task Should_change_nothing_when_it_is_so_already()
    {
        await CordonAsync("hostb");
        (await _mesh.AskAsync<CordonHost, SchedulerAnswer>(new CordonHost(new HostName("hostb"), "joe"))).ShouldBe(new SchedulerAnswer(true, "hostb takes no machines already: Cordoned, by jane"));

        (await UncordonAsync("hostb")).ShouldBe(new SchedulerAnswer(true, "hostb takes machines again"));
        (await UncordonAsync("hostb")).ShouldBe(new SchedulerAnswer(true, "hostb takes machines already"));
        (await _mesh.AskAsync<ListDrains, DrainList>(new ListDrains())).Cordons.ShouldBeEmpty();
        _mesh.Scheduler.Log.Count(line => line.StartsWith("5021 Host hostb was uncordoned by jane", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Should_say_that_nobody_knows_the_host()
    {
        var unknown = new SchedulerAnswer(false, "no agent has reported a host 'hostz' (`mesh hosts` lists them)", IsNotFound: true);

        (await CordonAsync("hostz")).ShouldBe(unknown);
        (await UncordonAsync("hostz")).ShouldBe(unknown);
    }

    private Task<SchedulerAnswer> CordonAsync(string host) => _mesh.AskAsync<CordonHost, SchedulerAnswer>(new CordonHost(new HostName(host), "jane", "a new disk"));

    private Task<SchedulerAnswer> UncordonAsync(string host) => _mesh.AskAsync<UncordonHost, SchedulerAnswer>(new UncordonHost(new HostName(host), "jane"));
}
