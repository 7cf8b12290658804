using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Draining;

namespace Mesh.Scheduler.Tests.Draining;

public sealed class When_a_machine_settles_on_a_drained_host
{
    /// <summary>The machine runs on the host already, and no inventory of the host describes it yet.</summary>
    [Theory]
    [InlineData(MigrationPhase.Preparing)]
    [InlineData(MigrationPhase.PostCopy)]
    [InlineData(MigrationPhase.Settling)]
    [InlineData(MigrationPhase.CleaningUp)]
    public void Should_not_be_done_before_its_migration_has_ended(MigrationPhase phase)
    {
        var fleet = Queueing.Given.Fleet(Queueing.Given.Running("m1", "a", "b", phase));
        var drain = DrainPlanner.Plan(fleet, new DrainHosts { Id = "d1", Hosts = [new("b")], By = "ann" }, Queueing.Given.Now) with { State = DrainState.Running };

        DrainRule.Step(drain, fleet, [], Queueing.Given.Now).Drain.State.ShouldBe(DrainState.Running);
        DrainRule.Step(drain, fleet with { Migrations = [] }, [], Queueing.Given.Now).Drain.State.ShouldBe(DrainState.Done);
    }
}
