using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Host.Tests.Running;

namespace Mesh.Scheduler.Host.Tests;

public sealed class When_migrations_fail_on_hosts : IAsyncLifetime
{
    private static readonly HostName Hostb = new("hostb");

    private TestMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await TestMesh.StartAsync(["g1", "g2"], ("Scheduling:FailurePenaltyTime", "00:01:00"));

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Should_lower_the_rating_of_a_host_that_failed_for_a_while()
    {
        var before = await ScoreAsync();
        (await _mesh.RequestAsync(TestMessages.Request("g1") with { Preferred = Hostb })).Refusals.ShouldBeEmpty();
        (await _mesh.AwaitAsync(MigrationPhase.Preparing, "g1"))[0].Destination.ShouldBe(Hostb);
        await _mesh.AnswerAsync<PrepareIncoming>("g1", CommandResult.Failed, "no room");
        (await _mesh.AwaitAsync(MigrationPhase.Queued, "g1"))[0].Attempt.ShouldBe(2);
        await _mesh.AbortAsync("g1");
        await _mesh.AwaitAsync(MigrationPhase.Ended, "g1");
        await Testing.Eventually.HoldsAsync(async () => (await FailuresAsync()).Count == 1, "the failure is known");

        (await ScoreAsync()).ShouldBe(before - 40, tolerance: 0.5);
        (await FailuresAsync())[0].Reason.ShouldContain("no room");

        await _mesh.RestartSchedulerAsync();
        (await FailuresAsync()).ShouldHaveSingleItem().Migration.ShouldBe(new MigrationId("g1"));
        await _mesh.AdvanceAsync(TimeSpan.FromSeconds(30));
        (await ScoreAsync()).ShouldBe(before - 20, tolerance: 0.5);
        await _mesh.AdvanceAsync(TimeSpan.FromSeconds(31));
        (await FailuresAsync()).ShouldBeEmpty();
        (await ScoreAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Should_go_to_another_host_after_the_back_off()
    {
        (await _mesh.RequestAsync(TestMessages.Request("g1") with { Preferred = Hostb })).Refusals.ShouldBeEmpty();
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g1");
        await _mesh.AnswerAsync<PrepareIncoming>("g1", CommandResult.Failed, "no room");
        await _mesh.AwaitAsync(MigrationPhase.Queued, "g1");
        await _mesh.SettleAsync();
        (await _mesh.QueueAsync()).Waiting.ShouldHaveSingleItem().WaitReason.ShouldBe("the back-off after a failed attempt: 20 s left");

        await _mesh.AdvanceAsync(TimeSpan.FromSeconds(15));
        await _mesh.SettleAsync();
        (await _mesh.ShowAsync("g1")).Phase.ShouldBe(MigrationPhase.Queued);
        await _mesh.AdvanceAsync(TimeSpan.FromSeconds(5));

        var view = (await _mesh.AwaitAsync(MigrationPhase.Preparing, "g1"))[0];
        (view.Attempt, view.Destination).ShouldBe((2, new HostName("hostc")));
    }

    [Fact]
    public async Task Should_store_the_history_of_every_vm_whatever_the_outcome()
    {
        var (slow, fast) = (History("g1", 1), History("g2", 500));
        await PublishAsync(Ended("m1", MigrationOutcome.Completed) with { History = History("g1", 7) });
        await PublishAsync(Ended("m2", MigrationOutcome.TimedOut) with { History = slow });
        await PublishAsync(Ended("m3", MigrationOutcome.Failed) with { History = fast });

        await _mesh.RestartSchedulerAsync();

        (await FleetAsync()).Histories.ShouldBe([slow, fast], ignoreOrder: true);
        (await FailuresAsync()).ShouldHaveSingleItem("only a failure is the host's").Migration.ShouldBe(new MigrationId("m3"));
    }

    [Fact]
    public async Task Should_count_a_repeated_failure_once_and_delete_old_ones()
    {
        using var store = new TestStore(_mesh.Location);
        await PublishAsync(Ended("m1", MigrationOutcome.Failed));
        await PublishAsync(Ended("m1", MigrationOutcome.Failed));
        (await FailuresAsync()).ShouldHaveSingleItem();
        await PublishAsync(Ended("m2", MigrationOutcome.Failed));
        (await store.CountAsync("host_failure")).ShouldBe(2);

        await _mesh.AdvanceAsync(TimeSpan.FromMinutes(2));
        await PublishAsync(Ended("m3", MigrationOutcome.Failed));

        (await store.CountAsync("host_failure")).ShouldBe(1);
    }

    [Theory]
    [InlineData(FailureCause.Vm)]
    [InlineData(FailureCause.Source)]
    [InlineData(FailureCause.Network)]
    [InlineData(FailureCause.Unknown)]
    public async Task Should_count_only_against_the_destination_if_it_is_to_blame(FailureCause cause)
    {
        await PublishAsync(Ended("m1", MigrationOutcome.Failed) with { Cause = cause });

        (await FailuresAsync()).ShouldBeEmpty();
    }

    private MigrationEnded Ended(string id, MigrationOutcome outcome) => new()
    {
        MigrationId = new MigrationId(id),
        VmName = "g1",
        Source = new HostName("hosta"),
        Destination = Hostb,
        At = _mesh.Time.GetUtcNow(),
        Outcome = outcome,
        Reason = "no room",
        Cause = outcome is MigrationOutcome.Failed ? FailureCause.Destination : null,
        TotalTime = TimeSpan.FromMinutes(1),
    };

    private VmMigrationHistory History(string vm, double dirtied) =>
        new(TestMessages.IdOf(vm), BytesPerSecond.FromMebibytes(dirtied), BytesPerSecond.FromMebibytes(100), _mesh.Time.GetUtcNow());

    private Task PublishAsync(MigrationEvent published) => _mesh.Broker.PublishAsync(published);

    private Task<Fleet> FleetAsync() => _mesh.AskAsync<ExportFleet, Fleet>(new ExportFleet());

    private async Task<IReadOnlyList<HostFailure>> FailuresAsync() => (await FleetAsync()).Hosts.Single(host => host.Inventory.Host == Hostb).RecentFailures ?? [];

    private async Task<double> ScoreAsync() =>
        (await _mesh.AskAsync<RateTargets, RateTargetsAnswer>(new RateTargets("g2", To: Hostb))).Ratings.ShouldHaveSingleItem().Score;
}
