using System.Collections.Concurrent;
using System.Diagnostics;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Hosting.Telemetry;

namespace Mesh.Simulation.Tests;

public sealed class When_a_migration_is_traced
{
    [Fact]
    public async Task Should_be_one_trace_through_mesh_and_agents()
    {
        var activities = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == MeshTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        const string trace = "0af7651916cd43dd8448eb211c80319c";
        await using var mesh = await SmallMesh.StartAsync();

        var request = new RequestMigration(
            new MigrationId("traced"), "small", SmallMesh.Right, new MigrationOptions(), new MigrationLimits(), "tester", $"00-{trace}-b7ad6b7169203331-01");
        (await mesh.MigrateAsync(request)).Refusals.ShouldBeEmpty();
        var ended = await mesh.AwaitEndAsync(request.Id);
        ended.Outcome.ShouldBe(MigrationOutcome.Completed, ended.Reason);
        ended.TraceParent.ShouldBe(request.TraceParent);

        var names = activities.Where(activity => activity.TraceId.ToHexString() == trace).Select(activity => activity.OperationName).ToList();
        names.ShouldContain("migration.transition.request");
        names.ShouldContain("scheduler.admit");
        names.ShouldContain("agent.command.prepareIncoming");
        names.ShouldContain("agent.command.startMigration");
        names.ShouldContain("migration.job");
        names.ShouldContain("migration.transition.event");
        activities.ShouldAllBe(activity => activity.TraceId.ToHexString() == trace);
    }
}
