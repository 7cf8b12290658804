using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Host.Passes;
using Mesh.Scheduler.Host.Tests.Running;
using Mesh.Testing;

namespace Mesh.Scheduler.Host.Tests;

public sealed class When_an_admission_is_rejected : IAsyncLifetime
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    private TestMesh _mesh = null!;

    private int Admissions => _mesh.Broker.Sent.OfType<AdmitMigration>().Count();

    public async ValueTask InitializeAsync() => _mesh = await TestMesh.StartAsync(["g1"]);

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Should_retry_at_once()
    {
        _mesh.Broker.DropsEvents = true;
        _mesh.Broker.AnswerOverride = request => request is AdmitMigration && Admissions <= 5 ? new AdmissionAnswer(false, "something has changed") : null;
        await _mesh.QueueAsync("g1");
        await Eventually.HoldsAsync(() => Admissions > 0);
        for (var passed = TimeSpan.Zero; passed < TimeSpan.FromSeconds(3); passed += Moment)
        {
            await _mesh.SettleAsync();
            _mesh.Scheduler.Clock.Advance(Moment);
        }

        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g1");
        await _mesh.Scheduler.AwaitLogAsync("5012 Admission of migration g1 of g1 to hostb refused: something has changed");
    }

    [Fact]
    public async Task Should_not_retry_a_repeated_refusal_without_end()
    {
        _mesh.Broker.DropsEvents = true;
        _mesh.Broker.AnswerOverride = request => request is AdmitMigration ? new AdmissionAnswer(false, "never") : null;
        await _mesh.QueueAsync("g1");
        await Eventually.HoldsAsync(() => Admissions > 0);
        for (var passed = TimeSpan.Zero; passed < TimeSpan.FromMinutes(1); passed += Moment)
        {
            await _mesh.SettleAsync();
            _mesh.Scheduler.Clock.Advance(Moment);
        }

        // 50 ms, 100 ms and so on make a quarter of a minute after 9 times.
        await _mesh.SettleAsync();
        Admissions.ShouldBeInRange(9, 15);

        _mesh.Broker.AnswerOverride = _ => null;
        _mesh.Scheduler.Clock.Advance(SchedulerWorker.PollInterval);
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g1");
    }

    [Fact]
    public async Task Should_give_the_slots_of_a_repeated_refusal_to_others()
    {
        await using var mesh = await TestMesh.StartAsync(["g1", "g2"], ("Scheduling:ClusterMax", "1"), ("Scheduling:PreparingPerHost", "0"));
        mesh.Broker.AnswerOverride = request => request is AdmitMigration { Id.Value: "g1" } ? new AdmissionAnswer(false, "never") : null;
        await mesh.QueueAsync("g1", "g2");
        await mesh.SettleAsync();

        mesh.Scheduler.Clock.Advance(SchedulerWorker.PollInterval);
        await mesh.SettleAsync();
        mesh.Scheduler.Clock.Advance(SchedulerWorker.PollInterval);

        await mesh.AwaitAsync(MigrationPhase.Preparing, "g2");
        (await mesh.ShowAsync("g1")).Phase.ShouldBe(MigrationPhase.Queued);
    }
}
