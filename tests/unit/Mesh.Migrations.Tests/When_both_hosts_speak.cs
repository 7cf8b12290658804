using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_both_hosts_speak
{
    /// <summary>The eight rows of seed ovirt-vm-migration-states.</summary>
    [Theory]
    [InlineData(VmStatus.Down, VmStatus.Down, Verdict.Nowhere)]
    [InlineData(VmStatus.Down, VmStatus.Up, Verdict.OnDestination)]
    [InlineData(VmStatus.Up, VmStatus.Down, Verdict.OnSource)]
    [InlineData(VmStatus.MigratingFrom, VmStatus.Down, Verdict.Migrating)]
    [InlineData(VmStatus.MigratingFrom, VmStatus.Up, Verdict.Migrating)]
    [InlineData(VmStatus.MigratingFrom, VmStatus.MigratingTo, Verdict.Migrating)]
    [InlineData(VmStatus.Down, VmStatus.MigratingTo, Verdict.Migrating)]
    [InlineData(VmStatus.Up, VmStatus.MigratingTo, Verdict.Migrating)]
    public void Should_judge_as_the_table_says(VmStatus source, VmStatus destination, Verdict verdict) =>
        TwoSidedStatus.Judge(source, destination).ShouldBe(verdict);

    [Fact]
    public void Should_leave_it_open_while_a_word_is_missing()
    {
        TwoSidedStatus.Judge(null, VmStatus.Up).ShouldBe(Verdict.Migrating);
        TwoSidedStatus.Judge(VmStatus.Down, null).ShouldBe(Verdict.Migrating);
    }

    [Fact]
    public void Should_not_take_two_running_copies_for_an_end() =>
        TwoSidedStatus.Judge(VmStatus.Up, VmStatus.Up).ShouldBe(Verdict.Migrating);
}
