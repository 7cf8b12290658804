using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Host.Tests.Running;

namespace Mesh.Scheduler.Host.Tests;

/// <summary>One VM is migrating, two are queued.</summary>
public sealed class When_queued_migrations_are_rescheduled : IAsyncLifetime
{
    private TestMesh _mesh = null!;

    public async ValueTask InitializeAsync()
    {
        _mesh = await TestMesh.StartAsync(["g1", "g2", "g3"], ("Scheduling:PreparingPerHost", "0"), ("Scheduling:OutboundPerHost", "1"));
        await _mesh.SendInventoryAsync(TestMessages.Inventory("hostc", vms: [.. Enumerable.Range(0, 20).Select(number => TestMessages.Vm($"c{number}"))]));
        await _mesh.QueueAsync("g1");
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g1");
        await _mesh.QueueAsync("g2", "g3");
        await _mesh.SettleAsync();
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Should_go_before_those_of_a_lower_priority()
    {
        (await RescheduleAsync(Request("g3") with { Priority = MigrationPriority.System })).Result.ShouldBe(ChangeResult.Accepted);
        (await _mesh.QueueAsync()).Waiting.Select(waiting => (waiting.Id.Value, waiting.Priority)).ShouldBe([("g3", MigrationPriority.System), ("g2", MigrationPriority.Operator)]);

        await _mesh.EndAsync("g1");

        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g3");
        (await _mesh.ShowAsync("g2")).Phase.ShouldBe(MigrationPhase.Queued);
    }

    [Fact]
    public async Task Should_go_to_the_newly_requested_host()
    {
        (await RescheduleAsync(Request("g2") with { To = new HostName("hostc") })).Result.ShouldBe(ChangeResult.Accepted);

        await _mesh.EndAsync("g1");

        (await _mesh.AwaitAsync(MigrationPhase.Preparing, "g2"))[0].Destination.ShouldBe(new HostName("hostc"));
    }

    [Fact]
    public async Task Should_go_to_any_host_again()
    {
        await RescheduleAsync(Request("g2") with { To = new HostName("hostc") });
        (await RescheduleAsync(Request("g2") with { ToAny = true })).Result.ShouldBe(ChangeResult.Accepted);
        (await _mesh.ShowAsync("g2")).AllowedHosts.ShouldBeEmpty();

        await _mesh.EndAsync("g1");

        (await _mesh.AwaitAsync(MigrationPhase.Preparing, "g2"))[0].Destination.ShouldBe(new HostName("hostb"), "it is the better one");
    }

    [Fact]
    public async Task Should_be_refused_with_reasons_for_an_ineligible_host()
    {
        (await _mesh.AskAsync<CordonHost, SchedulerAnswer>(new CordonHost(new HostName("hostc"), "jane"))).Succeeded.ShouldBeTrue();

        var answer = await RescheduleAsync(Request("g2") with { To = new HostName("hostc") });

        answer.Result.ShouldBe(ChangeResult.Refused);
        answer.Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.Cordoned);
        answer.Explanation.ShouldBe(answer.Refusals[0].Message);
        (await _mesh.ShowAsync("g2")).AllowedHosts.ShouldBeEmpty();
        (await RescheduleAsync(Request("g2") with { To = new HostName("hostz") })).Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.UnknownHost);
        (await RescheduleAsync(Request("g2") with { To = new HostName("hosta") })).Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.SameHost);
        (await RescheduleAsync(Request("g2") with { To = new HostName("hostc"), Alternatives = [new HostName("hostb")] })).Result.ShouldBe(ChangeResult.Accepted, "one of them can take it");
    }

    [Fact]
    public async Task Should_not_change_if_unknown_or_not_queued_or_without_a_change()
    {
        var unknown = await RescheduleAsync(Request("nosuch") with { To = new HostName("hostc") });
        (unknown.Result, unknown.Explanation).ShouldBe((ChangeResult.NotFound, "there is no migration 'nosuch'"));

        var refused = await RescheduleAsync(Request("g1") with { Priority = MigrationPriority.System });
        refused.Result.ShouldBe(ChangeResult.Refused);
        refused.Explanation.ShouldStartWith("g1 is already migrating to hostb");

        (await RescheduleAsync(Request("g2"))).Explanation.ShouldStartWith("nothing to change");
        (await RescheduleAsync(Request("g2") with { To = new HostName("hostb"), ToAny = true })).Explanation.ShouldBe("one destination and any destination are mutually exclusive");
    }

    private static RescheduleMigration Request(string id) => new() { Id = new MigrationId(id), RequestedBy = "jane" };

    private Task<RescheduleAnswer> RescheduleAsync(RescheduleMigration request) => _mesh.AskAsync<RescheduleMigration, RescheduleAnswer>(request);
}
