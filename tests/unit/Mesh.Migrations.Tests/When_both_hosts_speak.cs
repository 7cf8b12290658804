using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_both_hosts_speak
{
    /// <summary>The eight rows of seed ovirt-vm-migration-states: status of source and destination, status of the machine, and where it is.</summary>
    [Theory]
    [InlineData(VmStatus.Down, VmStatus.Down, VmStatus.Down, null, Verdict.Nowhere)]
    [InlineData(VmStatus.Down, VmStatus.Up, VmStatus.Up, Side.Destination, Verdict.OnDestination)]
    [InlineData(VmStatus.Up, VmStatus.Down, VmStatus.Up, Side.Source, Verdict.OnSource)]
    [InlineData(VmStatus.MigratingFrom, VmStatus.Down, VmStatus.MigratingFrom, Side.Source, Verdict.Migrating)]
    [InlineData(VmStatus.MigratingFrom, VmStatus.Up, VmStatus.MigratingFrom, Side.Source, Verdict.Migrating)]
    [InlineData(VmStatus.MigratingFrom, VmStatus.MigratingTo, VmStatus.MigratingFrom, Side.Source, Verdict.Migrating)]
    [InlineData(VmStatus.Down, VmStatus.MigratingTo, VmStatus.MigratingFrom, Side.Source, Verdict.Migrating)]
    [InlineData(VmStatus.Up, VmStatus.MigratingTo, VmStatus.MigratingFrom, Side.Source, Verdict.Migrating)]
    public void Should_read_the_eight_rows(VmStatus source, VmStatus destination, VmStatus status, Side? where, Verdict verdict) =>
        TwoSidedStatus.Read(source, destination).ShouldBe(new TwoSidedRow(status, where, verdict));

    /// <summary>What the seed does not have, from what the peers got wrong.</summary>
    [Theory]
    [InlineData(VmStatus.Paused, VmStatus.Up, VmStatus.Up, Side.Destination, Verdict.StrayOnSource)]
    [InlineData(VmStatus.PostCopyFailed, VmStatus.Up, VmStatus.Up, Side.Destination, Verdict.StrayOnSource)]
    [InlineData(VmStatus.PostCopyFailed, VmStatus.PostCopyFailed, VmStatus.PostCopyFailed, Side.Destination, Verdict.PostCopyFailed)]
    [InlineData(VmStatus.PostCopyFailed, VmStatus.MigratingTo, VmStatus.PostCopyFailed, Side.Destination, Verdict.PostCopyFailed)]
    [InlineData(VmStatus.MigratingFrom, VmStatus.PostCopyFailed, VmStatus.PostCopyFailed, Side.Destination, Verdict.PostCopyFailed)]
    [InlineData(VmStatus.PostCopyFailed, VmStatus.Down, VmStatus.Down, null, Verdict.Nowhere)]
    [InlineData(VmStatus.Down, VmStatus.PostCopyFailed, VmStatus.Down, null, Verdict.Nowhere)]
    [InlineData(VmStatus.Down, VmStatus.Paused, VmStatus.Paused, Side.Destination, Verdict.OnDestination)]
    [InlineData(VmStatus.Paused, VmStatus.Down, VmStatus.Paused, Side.Source, Verdict.OnSource)]
    public void Should_read_the_rows_beyond_them(VmStatus source, VmStatus destination, VmStatus status, Side? where, Verdict verdict) =>
        TwoSidedStatus.Read(source, destination).ShouldBe(new TwoSidedRow(status, where, verdict));

    [Fact]
    public void Should_leave_it_open_in_every_other_case()
    {
        var statuses = Enum.GetValues<VmStatus>();
        var settled = (from source in statuses from destination in statuses where TwoSidedStatus.Read(source, destination).Verdict != Verdict.Migrating select (source, destination)).Count();
        settled.ShouldBe(13, "three rows of the seed, nine beyond them, and a broken post-copy whose machine was paused on the destination");
        foreach (var status in statuses)
        {
            TwoSidedStatus.Read(null, status).Verdict.ShouldBe(Verdict.Migrating);
            TwoSidedStatus.Read(status, null).Verdict.ShouldBe(Verdict.Migrating);
        }
    }

    [Fact]
    public void Should_not_take_two_running_copies_for_an_end() =>
        TwoSidedStatus.Read(VmStatus.Up, VmStatus.Up).Verdict.ShouldBe(Verdict.Migrating);
}
