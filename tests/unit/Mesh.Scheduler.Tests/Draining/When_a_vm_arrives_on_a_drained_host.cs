using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Draining;

namespace Mesh.Scheduler.Tests.Draining;

public sealed class When_a_vm_arrives_on_a_drained_host
{
    /// <summary>The VM already runs on the host, whose inventory does not list it yet.</summary>
    [Theory]
    [InlineData(MigrationPhase.Preparing)]
    [InlineData(MigrationPhase.PostCopy)]
    [InlineData(MigrationPhase.Confirming)]
    [InlineData(MigrationPhase.CleaningUp)]
    public void Should_not_complete_before_its_migration_has_ended(MigrationPhase phase)
    {
        var fleet = Queueing.Given.Fleet(Queueing.Given.Running("m1", "a", "b", phase));
        var drain = DrainPlanner.Plan(fleet, new DrainHosts { Id = "d1", Hosts = [new("b")], RequestedBy = "ann" }, Queueing.Given.Now) with { State = DrainState.Running };

        DrainStateMachine.Step(drain, fleet, [], Queueing.Given.Now).Drain.State.ShouldBe(DrainState.Running);
        DrainStateMachine.Step(drain, fleet with { Migrations = [] }, [], Queueing.Given.Now).Drain.State.ShouldBe(DrainState.Completed);
    }

    /// <summary>Its migration has ended by the hosts' reports, and the host's inventory does not list it yet.</summary>
    [Fact]
    public void Should_not_complete_before_the_inventory_lists_it()
    {
        var fleet = Queueing.Given.Fleet();
        var drain = DrainPlanner.Plan(fleet, new DrainHosts { Id = "d1", Hosts = [new("b")], RequestedBy = "ann" }, Queueing.Given.Now) with { State = DrainState.Running };
        var arrived = new VmStatusReport(new VmId(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)), "g1", VmStatus.Up, "running");
        var reported = fleet with
        {
            Hosts = [.. fleet.Hosts.Select(host => host.Inventory.Host.Value == "b" ? host with { VmsNotInInventory = [arrived] } : host)],
        };

        var step = DrainStateMachine.Step(drain, reported, [], Queueing.Given.Now);
        step.Drain.State.ShouldBe(DrainState.Running);
        step.Cordons.ShouldNotContain((new HostName("b"), CordonState.Maintenance));
        DrainStateMachine.Step(drain, fleet, [], Queueing.Given.Now).Drain.State.ShouldBe(DrainState.Completed);
    }
}
