using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_a_migration_stalls
{
    private static readonly EffectivePolicy Reacting = Given.Policy(new MigrationPolicy
    {
        Name = "test",
        Description = "For tests.",
        Steps = [new(new() { Stalled = TimeSpan.FromSeconds(20) }, new() { Kind = PolicyActionKind.SetDowntime, Downtime = TimeSpan.FromSeconds(1) })],
        Limits = new() { StallingLimit = TimeSpan.FromSeconds(20) },
    });

    [Fact]
    public void Should_be_shown_as_stalled_until_less_remains_than_ever()
    {
        var migration = new MigrationDriver().Started().Pass(1, 1, 500).Pass(1, 2, 400).Stalls(30);
        migration.State.ToView().Stalled.ShouldBeTrue();
        migration.Pass(2, 31, 450).Pass(2, 32, 400).State.Stalled.ShouldBeTrue("no new low");
        migration.Events.OfType<MigrationProgressed>().Last().Stalled.ShouldBeTrue();

        migration.Pass(2, 33, 399).State.ToView().Stalled.ShouldBeFalse();
        migration.Events.OfType<MigrationProgressed>().Last().Stalled.ShouldBeFalse();
        migration.Stalls(30).State.Stalled.ShouldBeTrue("it can stall again");
    }

    [Theory]
    [InlineData(JobPhase.SwitchOver)]
    [InlineData(JobPhase.PostCopy)]
    public void Should_not_be_shown_as_stalled_once_it_completes(JobPhase phase)
    {
        var migration = new MigrationDriver().Started().Pass(1, 1, 400).Stalls(30);
        migration.Report(Given.Source, VmStatus.MigratingFrom, migration.Sample(phase, remainingMiB: 900)).State.Stalled.ShouldBeFalse();
    }

    [Fact]
    public void Should_act_on_the_event_although_no_sample_follows()
    {
        var migration = MigrationDriver.Under(Reacting).Started().Pass(1, 1).Wait(TimeSpan.FromSeconds(30)).Stalls(25);
        migration.Last<ChangeParameters>().Parameters.MaxDowntime.ShouldBe(TimeSpan.FromSeconds(1));
        migration.State.Changes.ShouldHaveSingleItem().Reason.ShouldStartWith("step 1 of 1: stalled for 25 s");
    }

    [Fact]
    public void Should_act_by_time_alone_on_an_event_that_came_early()
    {
        var migration = MigrationDriver.Under(Reacting).Started().Pass(1, 1).Wait(TimeSpan.FromSeconds(30)).Stalls(10);
        migration.Commands.ShouldNotContain(command => command is ChangeParameters);
        migration.Wait(TimeSpan.FromSeconds(11)).Commands.ShouldContain(command => command is ChangeParameters);
    }

    [Fact]
    public void Should_ask_the_source_for_its_events() =>
        MigrationDriver.Under(Reacting).Prepared().Last<StartMigration>().Limits.StallingLimit.ShouldBe(TimeSpan.FromSeconds(20));
}
