using System.Text.Json;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Host.Tests.Running;
using Mesh.Scheduler.Placing;
using Mesh.Scheduler.Queueing;

namespace Mesh.Scheduler.Host.Tests;

/// <summary>The export contains everything that the scheduler decides by, and leads to the same decisions.</summary>
public sealed class When_the_fleet_is_exported : IAsyncLifetime
{
    private TestMesh _mesh = null!;

    public async ValueTask InitializeAsync()
    {
        _mesh = await TestMesh.StartAsync(["g1", "g2", "g3"], ("Scheduling:PreparingPerHost", "0"), ("Scheduling:OutboundPerHost", "1"), ("Scheduling:Strategy", "Pack"));
        await _mesh.AskAsync<CordonHost, SchedulerAnswer>(new CordonHost(new HostName("hostc"), "jane"));
        await _mesh.AskAsync<ApplyRules, RulesAnswer>(new ApplyRules("taints:\n  - { name: b, hosts: { host: hostb }, hard: false }\n", "jane"));
        await _mesh.QueueAsync("g1");
        await _mesh.AwaitAsync(MigrationPhase.Preparing, "g1");
        await _mesh.QueueAsync("g2");
        await _mesh.SettleAsync();
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Should_contain_everything_that_scheduling_depends_on()
    {
        var fleet = await ExportAsync();

        fleet.TakenAt.ShouldBe(_mesh.Time.GetUtcNow());
        fleet.Hosts.Select(host => (host.Inventory.Host.Value, host.Cordon is not null)).ShouldBe([("hosta", false), ("hostb", false), ("hostc", true)]);
        fleet.Migrations.Select(migration => migration.Id.Value).ShouldBe(["g1", "g2"]);
        fleet.Rules.Taints.ShouldHaveSingleItem().Name.ShouldBe("b");
        (fleet.Limits.OutboundPerHost, fleet.Limits.Strategy).ShouldBe((1, PlacementStrategy.Pack));
    }

    [Fact]
    public async Task Should_lead_to_the_same_ratings()
    {
        var ask = new RateTargets("g3");

        var answer = await _mesh.AskAsync<RateTargets, RateTargetsAnswer>(ask);

        answer.Ratings.Select(rating => (rating.Host.Value, rating.Refusals.Count == 0)).ShouldBe([("hostb", true), ("hosta", false), ("hostc", false)]);
        Json(answer).ShouldBe(Json(TargetRater.Rate(new FleetIndex(await ExportAsync()), ask)));
        (await _mesh.AskAsync<RateTargets, RateTargetsAnswer>(new RateTargets("nosuch"))).Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.UnknownVm);
    }

    [Fact]
    public async Task Should_lead_to_the_same_queue()
    {
        var queue = await _mesh.QueueAsync();

        queue.Waiting.ShouldHaveSingleItem().Id.ShouldBe(new MigrationId("g2"));
        Json(queue.Waiting).ShouldBe(Json(QueueForecast.Create(await ExportAsync(), _mesh.Time.GetUtcNow(), QueuePlacement.CreateIndexed())));
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, MeshJson.Options);

    private Task<Fleet> ExportAsync() => _mesh.AskAsync<ExportFleet, Fleet>(new ExportFleet());
}
