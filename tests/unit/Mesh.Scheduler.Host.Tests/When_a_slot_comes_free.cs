using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Host.Passes;
using Mesh.Scheduler.Host.Tests.Running;

namespace Mesh.Scheduler.Host.Tests;

/// <summary>Two migrations copy away from a host, and a third is queued; the scheduler's clock stands still unless the test advances it.</summary>
public sealed class When_a_slot_comes_free : IAsyncLifetime
{
    private TestMesh _mesh = null!;

    public async ValueTask InitializeAsync()
    {
        _mesh = await TestMesh.StartAsync(["g1", "g2", "g3"], ("Scheduling:PreparingPerHost", "0"));
        (await _mesh.RequestAsync(TestMessages.Request("g1", "hostb"))).Refusals.ShouldBeEmpty();
        await _mesh.QueueAsync("g2");
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g1", "g2");
        await _mesh.QueueAsync("g3");
        await _mesh.SettleAsync();
        (await _mesh.ShowAsync("g3")).Phase.ShouldBe(MigrationPhase.Queued);
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Should_be_given_to_the_next_at_once_after_an_abort()
    {
        await _mesh.EndAsync("g1");

        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g3");
    }

    [Fact]
    public async Task Should_be_given_to_the_next_at_once_after_a_success()
    {
        await _mesh.CompleteAsync("g1");

        (await _mesh.ShowAsync("g1")).Outcome.ShouldBe(MigrationOutcome.Completed);
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g3");
    }

    [Fact]
    public async Task Should_be_given_to_the_next_at_once_after_a_failure()
    {
        await _mesh.AnswerAsync<PrepareIncoming>("g1", CommandResult.Failed, "no room");

        (await _mesh.AwaitAsync(MigrationPhase.Ended, "g1"))[0].Outcome.ShouldBe(MigrationOutcome.Failed);
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g3");
    }

    [Fact]
    public async Task Should_be_given_to_the_next_after_a_while_if_the_event_is_lost()
    {
        _mesh.Broker.DropsEvents = true;
        await _mesh.FinishPassesAsync();
        await _mesh.EndAsync("g1");
        await _mesh.SettleAsync();
        (await _mesh.ShowAsync("g3")).Phase.ShouldBe(MigrationPhase.Queued);

        await _mesh.AdvanceAsync(SchedulerWorker.PollInterval);

        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g3");
    }

    [Fact]
    public async Task Should_be_given_to_the_next_when_the_scheduler_was_down_meanwhile()
    {
        await _mesh.StopSchedulerAsync();
        await _mesh.EndAsync("g1");

        await _mesh.StartSchedulerAsync(_mesh.Time.GetUtcNow());

        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g3");
    }

    [Fact]
    public async Task Should_never_be_given_to_a_migration_aborted_in_the_queue()
    {
        (await _mesh.AbortAsync("g3")).Result.ShouldBe(AbortResult.Aborting);
        await _mesh.AwaitAsync(MigrationPhase.Ended, "g3");

        await _mesh.EndAsync("g1");
        await _mesh.SettleAsync();

        _mesh.Broker.Sent.OfType<AdmitMigration>().ShouldNotContain(admission => admission.Id.Value == "g3");
    }
}
