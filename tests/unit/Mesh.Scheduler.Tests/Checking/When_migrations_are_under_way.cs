using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Tests.Checking;

public sealed class When_migrations_are_under_way
{
    private static readonly Bytes Whole = Bytes.FromGibibytes(2);

    [Theory]
    [InlineData(MigrationPhase.Queued, 0)]
    [InlineData(MigrationPhase.Preparing, 2)]
    [InlineData(MigrationPhase.Ready, 2)]
    [InlineData(MigrationPhase.Starting, 2)]
    [InlineData(MigrationPhase.PreCopy, 0.5)]
    [InlineData(MigrationPhase.SwitchOver, 0.5)]
    [InlineData(MigrationPhase.PostCopy, 0.5)]
    [InlineData(MigrationPhase.Confirming, 0)]
    [InlineData(MigrationPhase.CleaningUp, 0)]
    public void Should_reserve_memory_that_the_destination_has_not_allocated_yet(MigrationPhase phase, double reserved)
    {
        var migration = Given.Migration("g2", Given.HostB, phase);
        var fleet = Fleet(migration with { Sample = Given.Sample(migration, Whole, Bytes.FromGibibytes(0.5)) });
        Reserved(new(fleet)).ShouldBe(Bytes.FromGibibytes(reserved));
    }

    [Fact]
    public void Should_reserve_all_memory_without_telemetry_of_the_attempt()
    {
        var migration = Given.Migration("g2", Given.HostB, MigrationPhase.PreCopy);
        Reserved(new(Fleet(migration))).ShouldBe(Whole);
        var before = Given.Sample(migration, Whole, Bytes.Zero) with { Epoch = migration.Epoch.Next() };
        Reserved(new(Fleet(migration with { Sample = before }))).ShouldBe(Whole);
    }

    [Fact]
    public void Should_not_count_the_reservation_of_the_migration_itself()
    {
        var index = new FleetIndex(Fleet(Given.Migration("g2", Given.HostB)));
        Reserved(index, new MigrationId("m1")).ShouldBe(Bytes.Zero);
        index.AllocatedVCpus(index.FindHost(Given.HostB)!, new MigrationId("m1")).ShouldBe(0);
    }

    [Fact]
    public void Should_count_CPUs_once_whether_or_not_the_host_lists_the_VM()
    {
        var fleet = Fleet(Given.Migration("g2", Given.HostB, MigrationPhase.PreCopy));
        foreach (var current in new[] { fleet, fleet.WithVms(Given.HostB, Given.Vm("g2") with { Status = VmStatus.MigratingTo }) })
        {
            var index = new FleetIndex(current);
            index.AllocatedVCpus(index.FindHost(Given.HostB)!).ShouldBe(2);
        }
    }

    [Theory]
    [InlineData(MigrationPhase.Ready, false)]
    [InlineData(MigrationPhase.PreCopy, true)]
    public void Should_reserve_huge_pages_until_the_destination_has_allocated_them(MigrationPhase phase, bool fits)
    {
        var huge = Bytes.FromMebibytes(2);
        var fleet = Given.Fleet().WithVm(vm => vm with { HugePageSize = huge })
            .WithVms(Given.HostA, Given.Vm("g2") with { HugePageSize = huge, Memory = Bytes.FromGibibytes(3) }) with
        { Migrations = [Given.Migration("g2", Given.HostB, phase)] };
        new EligibilityQuery(fleet).Check().Select(refusal => refusal.Code).ShouldBe(fits ? [] : [RefusalCode.NumaOrHugePages]);
    }

    [Fact]
    public void Should_reserve_memory_of_a_numa_node_for_VMs_bound_to_it()
    {
        var fleet = Given.Fleet().WithVm(vm => vm with { NumaNodes = [0] })
            .WithVms(Given.HostA, Given.Vm("g2") with { NumaNodes = [0] })
            .WithCapacity(Given.HostB, capacity => capacity with { NumaCells = [new(0, Bytes.FromGibibytes(8), Bytes.FromGibibytes(3), 8)] });
        new EligibilityQuery(fleet).Check().ShouldBeEmpty();
        new EligibilityQuery(fleet with { Migrations = [Given.Migration("g2", Given.HostB)] }).Check().ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.NumaOrHugePages);
    }

    [Fact]
    public void Should_reserve_from_the_admission_onwards()
    {
        Reserved(new FleetIndex(Fleet(Given.Migration("g2", null, MigrationPhase.Queued)))).ShouldBe(Bytes.Zero);
        Reserved(new FleetIndex(Fleet(Given.Migration("g2", Given.HostB)))).ShouldBe(Whole);
    }

    private static Fleet Fleet(MigrationView migration) => Given.Fleet().WithVms(Given.HostA, Given.Vm("g2")) with { Migrations = [migration] };

    private static Bytes Reserved(FleetIndex index, MigrationId? except = null)
    {
        var host = index.FindHost(Given.HostB)!;
        return host.Inventory.Capacity.FreeMemory - index.FreeMemory(host, except);
    }
}
