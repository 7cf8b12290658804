using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Migrations.Host.Grains;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Running;
using Mesh.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Mesh.Migrations.Host.Tests;

/// <summary>The agents need to know that the mesh is there, also when it has nothing to command.</summary>
public sealed class When_migrations_are_unfinished : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingBus _bus = new();
    private readonly ActiveMigrations _active;
    private readonly HeartbeatService _heartbeats;

    public When_migrations_are_unfinished()
    {
        _active = new ActiveMigrations(new HostRegistry(_time, Options.Create(new HostHealthOptions())));
        _heartbeats = new HeartbeatService(_bus, _active, _time, NullLogger<HeartbeatService>.Instance);
    }

    public async ValueTask InitializeAsync() => await _heartbeats.StartAsync(default);

    [Fact]
    public async Task Should_send_heartbeats_until_they_have_ended()
    {
        await AdvanceAsync(TimeSpan.FromMinutes(3));
        _bus.Heartbeats.ShouldBeEmpty("there is no migration");

        var facts = new MigrationFacts([new LocatedVm(HostMessages.Source, HostMessages.CreateVm())]);
        var migration = MigrationStateMachine.Apply(null, new RequestReceived(HostMessages.Request(), facts), _time.GetUtcNow()).State;
        _active.Update(migration);
        var since = _time.GetUtcNow();
        await AdvanceAsync(TimeSpan.FromMinutes(3));

        DateTimeOffset[] times = [since, .. _bus.Heartbeats.Select(beat => beat.At), _time.GetUtcNow()];
        times.Zip(times.Skip(1), (one, next) => next - one).ShouldAllBe(gap => gap <= AgentProtocol.HeartbeatInterval);
        _bus.Heartbeats.Count.ShouldBe(6);

        _active.Update(migration with { Phase = MigrationPhase.Ended });
        await AdvanceAsync(TimeSpan.FromMinutes(3));
        _bus.Heartbeats.Count.ShouldBe(6);
    }

    [Fact]
    public async Task Should_go_on_after_the_broker_was_away()
    {
        var facts = new MigrationFacts([new LocatedVm(HostMessages.Source, HostMessages.CreateVm())]);
        _active.Update(MigrationStateMachine.Apply(null, new RequestReceived(HostMessages.Request(), facts), _time.GetUtcNow()).State);
        _bus.IsReachable = false;
        await AdvanceAsync(TimeSpan.FromMinutes(3));

        _bus.IsReachable = true;
        await AdvanceAsync(AgentProtocol.HeartbeatInterval);

        _bus.Heartbeats.ShouldNotBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        await _heartbeats.StopAsync(default);
        _heartbeats.Dispose();
    }

    /// <summary>Each time after the service has armed its next timer.</summary>
    private async Task AdvanceAsync(TimeSpan by)
    {
        for (var seconds = 0; seconds < by.TotalSeconds; seconds++)
        {
            await Eventually.HoldsAsync(() => _time.PendingTimers > 0, "the service waits");
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await Eventually.HoldsAsync(() => _time.PendingTimers > 0, "the last round has ended");
    }
}
