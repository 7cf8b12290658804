using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Host.Tests.Running;

namespace Mesh.Scheduler.Host.Tests;

public sealed class When_migrations_are_requested : IAsyncLifetime
{
    private TestMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await TestMesh.StartAsync(["g1", "g2", "g3", "g4"], ("Scheduling:PreparingPerHost", "0"));

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Should_refuse_with_every_reason_at_once_and_store_the_refusal()
    {
        await _mesh.SendInventoryAsync(TestMessages.Inventory("hosta", vms: [TestMessages.Vm("g1"), TestMessages.Vm("g2") with { Status = Contracts.Vms.VmStatus.Down }]));
        var options = new MigrationOptions { ParallelConnections = 300 };

        var answer = await _mesh.RequestAsync(TestMessages.Request("g2", "hostz") with { Options = options });

        answer.Refusals.Select(refusal => refusal.Code).ShouldBe([RefusalCode.InvalidOption, RefusalCode.VmNotRunning, RefusalCode.UnknownHost], ignoreOrder: true);
        var stored = await _mesh.ShowAsync("g2");
        stored.Outcome.ShouldBe(MigrationOutcome.Refused);
        stored.Refusals.ShouldBe(answer.Refusals);
        (await _mesh.RequestAsync(TestMessages.Request("g2"))).Refusals.ShouldBe(answer.Refusals, "a repeated request with the same ID gets the same answer");
        (await _mesh.RequestAsync(TestMessages.Request("nosuch") with { Options = options })).Refusals.Select(refusal => refusal.Code)
            .ShouldBe([RefusalCode.InvalidOption, RefusalCode.UnknownVm], ignoreOrder: true);
    }

    [Fact]
    public async Task Should_refuse_what_no_host_can_take()
    {
        await _mesh.SendInventoryAsync(TestMessages.Inventory("hosta", vms: [TestMessages.Vm("g1") with { Memory = Bytes.FromGibibytes(100) }]));

        var refusal = (await _mesh.RequestAsync(TestMessages.Request("g1"))).Refusals.ShouldHaveSingleItem();

        refusal.Code.ShouldBe(RefusalCode.NotEnoughMemory);
        refusal.Message.ShouldEndWith("; the same on one other host");
    }

    [Fact]
    public async Task Should_admit_to_the_best_host_with_the_reason()
    {
        await _mesh.SendInventoryAsync(TestMessages.Inventory("hostb", vms: [.. Enumerable.Range(0, 20).Select(number => TestMessages.Vm($"b{number}"))]));

        await _mesh.QueueAsync("g1");

        var view = (await _mesh.AwaitAsync(MigrationPhase.Preparing, "g1"))[0];
        view.Destination.ShouldBe(new HostName("hostc"));
        view.MayTransfer.ShouldBeTrue();
        view.Placement.ShouldNotBeNull().Host.ShouldBe(new HostName("hostc"));
        view.Placement.Ratings.Select(rating => rating.Host.Value).ShouldBe(["hostc", "hostb", "hosta"]);
        await _mesh.Scheduler.AwaitLogAsync("5010 Migration g1 of g1 admitted to copy on hostc, attempt 1: ");
    }

    [Fact]
    public async Task Should_go_to_the_requested_host_even_if_another_is_better()
    {
        await _mesh.SendInventoryAsync(TestMessages.Inventory("hostb", vms: [.. Enumerable.Range(0, 20).Select(number => TestMessages.Vm($"b{number}"))]));

        (await _mesh.RequestAsync(TestMessages.Request("g1", "hostb"))).Refusals.ShouldBeEmpty();

        (await _mesh.AwaitAsync(MigrationPhase.Preparing, "g1"))[0].Destination.ShouldBe(new HostName("hostb"));
    }

    [Fact]
    public async Task Should_queue_the_third_outbound_migration_with_the_reason()
    {
        await _mesh.QueueAsync("g1", "g2");
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g1", "g2");
        await _mesh.QueueAsync("g3", "g4");
        await _mesh.SettleAsync();

        var queue = await _mesh.QueueAsync();

        queue.Transferring.ShouldBe(2);
        queue.Limits.PreparingPerHost.ShouldBe(0);
        queue.Waiting.Select(waiting => (waiting.Position, waiting.Id.Value, waiting.Phase)).ShouldBe([(1, "g3", MigrationPhase.Queued), (2, "g4", MigrationPhase.Queued)]);
        queue.Waiting.ShouldAllBe(waiting => waiting.WaitReason == "an outbound slot on hosta: 2 of 2 in use");
        queue.Waiting.ShouldAllBe(waiting => waiting.ExpectedStart > _mesh.Time.GetUtcNow());
        queue.Waiting[1].ExpectedStart.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(queue.Waiting[0].ExpectedStart!.Value);
    }

    [Fact]
    public async Task Should_prepare_a_migration_that_may_not_copy_yet()
    {
        await using var mesh = await TestMesh.StartAsync(["g1", "g2"], ("Scheduling:OutboundPerHost", "1"));
        await mesh.QueueAsync("g1");
        await mesh.AwaitAsync(MigrationPhase.Preparing, "g1");
        await mesh.QueueAsync("g2");

        (await mesh.AwaitAsync(MigrationPhase.Preparing, "g2"))[0].MayTransfer.ShouldBeFalse();
        await mesh.AnswerAsync<Contracts.Agents.PrepareIncoming>("g2");
        await mesh.AwaitAsync(MigrationPhase.Ready, "g2");
        await mesh.CompleteAsync("g1");

        (await mesh.AwaitAsync(MigrationPhase.Starting, "g2"))[0].MayTransfer.ShouldBeTrue();
        await mesh.Scheduler.AwaitLogAsync("5011 Migration g2 of g2 to ");
    }

    [Fact]
    public async Task Should_try_as_many_hosts_as_configured_unless_the_request_sets_it()
    {
        await using var mesh = await TestMesh.StartAsync(["g1", "g2"], ("Scheduling:HostsTriedMax", "7"));
        await mesh.QueueAsync("g1");
        (await mesh.RequestAsync(TestMessages.Request("g2") with { HostsTriedMax = 2 })).Refusals.ShouldBeEmpty();

        mesh.Broker.Sent.OfType<EnqueueMigration>().Select(queued => queued.Request.HostsTriedMax).ShouldBe([7, 2]);
    }
}
