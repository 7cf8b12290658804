using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Tests.Checking;

public sealed class When_a_copy_is_left_on_a_host
{
    [Theory]
    [InlineData(MigrationPhase.Queued, false)]
    [InlineData(MigrationPhase.Ready, true)]
    public void Should_block_a_migration_unless_it_belongs_to_it(MigrationPhase phase, bool isOwn)
    {
        var migration = Given.Migration("g1", isOwn ? Given.HostB : Given.HostC, phase) with { Destination = isOwn ? Given.HostB : null };
        var fleet = new FleetIndex((Given.Fleet(Given.Vm("g1")) with { Migrations = [migration] }).WithVms(Given.HostB, Given.Vm("g1") with { Status = VmStatus.MigratingTo }));

        var refusals = Eligibility.CheckHost(fleet, fleet.FindVm(Given.Vm("g1").Id)!, Given.HostB, new MigrationOptions(), except: migration.Id);

        refusals.Any(refusal => refusal.Code == RefusalCode.VmExistsOnDestination).ShouldBe(!isOwn);
    }
}
