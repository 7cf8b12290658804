using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Scheduler.Host.Tests.Running;
using Mesh.Testing;

namespace Mesh.Scheduler.Host.Tests;

public sealed class When_services_come_and_go : IAsyncLifetime
{
    private TestMesh _mesh = null!;

    public async ValueTask InitializeAsync()
    {
        _mesh = await TestMesh.StartAsync(["g1", "g2", "g3"], ("Scheduling:PreparingPerHost", "0"), ("Scheduling:OutboundPerHost", "1"));
        await _mesh.QueueAsync("g1");
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g1");
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Should_pause_with_one_warning_and_resume()
    {
        await _mesh.QueueAsync("g2");
        _mesh.Broker.AnswerOverride = request => request is ReadFleet ? throw new BusRequestException("nobody answers") : null;
        var before = _mesh.PassCount;
        await _mesh.EndAsync("g1");
        for (var times = 1; times <= 5; times++)
        {
            await Eventually.HoldsAsync(() => _mesh.PassCount >= before + times, "it is tried again");
            await _mesh.SettleAsync();
            await _mesh.AdvanceAsync(TimeSpan.FromSeconds(2));
        }

        _mesh.Scheduler.Log.Where(line => line.StartsWith("140 ", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldBe("140 Scheduling paused: nobody answers; retrying in 2 s");
        (await _mesh.ShowAsync("g2")).Phase.ShouldBe(MigrationPhase.Queued);

        _mesh.Broker.AnswerOverride = _ => null;
        await _mesh.SettleAsync();
        await _mesh.AdvanceAsync(TimeSpan.FromSeconds(2));
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g2");
        await Eventually.HoldsAsync(
            () => _mesh.Scheduler.Log.Any(line => line.StartsWith("143 Scheduling resumed after ", StringComparison.Ordinal)), "the pass that succeeded is logged");
        _mesh.Scheduler.Log.ShouldNotContain(line => line.StartsWith("141 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Should_lose_nothing_by_a_restart()
    {
        await _mesh.QueueAsync("g2", "g3");

        await _mesh.RestartSchedulerAsync();

        (await _mesh.QueueAsync()).Waiting.Select(waiting => waiting.Id.Value).ShouldBe(["g2", "g3"]);
        await _mesh.EndAsync("g1");
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g2");
        (await _mesh.ShowAsync("g3")).Phase.ShouldBe(MigrationPhase.Queued);
    }

    [Fact]
    public async Task Should_go_on_counting_passes_when_the_clock_was_set_back()
    {
        await _mesh.QueueAsync("g2");
        await _mesh.SettleAsync();
        var newest = _mesh.Broker.Sent.OfType<ReadFleet>().Max(read => read.PassEpoch);
        await _mesh.StopSchedulerAsync();

        await _mesh.StartSchedulerAsync(_mesh.Time.GetUtcNow() - TimeSpan.FromDays(1));
        await _mesh.EndAsync("g1");

        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g2");
        _mesh.Broker.Sent.OfType<AdmitMigration>().Last().PassEpoch.ShouldBeGreaterThan(newest);
    }

    [Fact]
    public async Task Should_run_a_pass_of_its_own_after_another_scheduler()
    {
        var other = _mesh.Broker.Sent.OfType<ReadFleet>().Max(read => read.PassEpoch) + 1_000_000;
        (await _mesh.Broker.RequestAsync<ReadFleet, ReadFleetAnswer>(MigrationQueues.Requests, new ReadFleet(other))).PassEpoch.ShouldBe(other);

        await _mesh.QueueAsync("g2");
        await _mesh.EndAsync("g1");
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g2");

        var late = new AdmitMigration { Id = new MigrationId("g2"), Attempt = 1, PassEpoch = other, Destination = new HostName("hostb"), MayTransfer = true };
        var answer = await _mesh.Broker.RequestAsync<AdmitMigration, AdmissionAnswer>(MigrationQueues.Requests, late);
        answer.Accepted.ShouldBeFalse();
        answer.Explanation.ShouldStartWith($"scheduling pass {other} is outdated");
    }

    [Fact]
    public async Task Should_not_affect_the_pass_when_it_only_answers()
    {
        await _mesh.QueueAsync("g2");
        await _mesh.SettleAsync();

        var before = OnlyRead();

        await _mesh.QueueAsync();
        await _mesh.AskAsync<ExportFleet, Fleet>(new ExportFleet());

        OnlyRead().ShouldBe(before + 2);

        int OnlyRead() => _mesh.Broker.Sent.OfType<ReadFleet>().Count(read => read.PassEpoch == 0);
    }

    [Fact]
    public async Task Should_give_no_slot_twice_with_two_schedulers()
    {
        await using var spare = await MeshProcess.SchedulerAsync(
            _mesh.Location, _mesh.Broker, new ManualTimeProvider(_mesh.Time.GetUtcNow()), ("Scheduling:PreparingPerHost", "0"), ("Scheduling:OutboundPerHost", "1"));
        await _mesh.QueueAsync("g2", "g3");
        string[] order = ["g1", "g2", "g3"];
        for (var number = 0; number < order.Length; number++)
        {
            await Eventually.HoldsAsync(
                async () =>
                {
                    // A scheduler retries a refused admission when its clock advances.
                    spare.Clock.Advance(TimeSpan.FromMilliseconds(50));
                    _mesh.Scheduler.Clock.Advance(TimeSpan.FromMilliseconds(50));
                    return (await _mesh.ShowAsync(order[number])).Phase == MigrationPhase.Preparing;
                },
                $"{order[number]} has its slot");
            (await _mesh.QueueAsync()).Transferring.ShouldBe(1);
            await _mesh.EndAsync(order[number]);
        }
    }
}
