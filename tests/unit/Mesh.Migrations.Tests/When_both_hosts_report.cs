using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_both_hosts_report
{
    /// <summary>The eight rows of seed ovirt-vm-migration-states: status of source and destination, status of the VM, and where it is.</summary>
    [Theory]
    [InlineData(VmStatus.Down, VmStatus.Down, VmStatus.Down, null, ObservedLocation.Nowhere)]
    [InlineData(VmStatus.Down, VmStatus.Up, VmStatus.Up, MigrationSide.Destination, ObservedLocation.OnDestination)]
    [InlineData(VmStatus.Up, VmStatus.Down, VmStatus.Up, MigrationSide.Source, ObservedLocation.OnSource)]
    [InlineData(VmStatus.MigratingFrom, VmStatus.Down, VmStatus.MigratingFrom, MigrationSide.Source, ObservedLocation.Migrating)]
    [InlineData(VmStatus.MigratingFrom, VmStatus.Up, VmStatus.MigratingFrom, MigrationSide.Source, ObservedLocation.Migrating)]
    [InlineData(VmStatus.MigratingFrom, VmStatus.MigratingTo, VmStatus.MigratingFrom, MigrationSide.Source, ObservedLocation.Migrating)]
    [InlineData(VmStatus.Down, VmStatus.MigratingTo, VmStatus.MigratingFrom, MigrationSide.Source, ObservedLocation.Migrating)]
    [InlineData(VmStatus.Up, VmStatus.MigratingTo, VmStatus.MigratingFrom, MigrationSide.Source, ObservedLocation.Migrating)]
    public void Should_look_up_the_eight_rows(VmStatus source, VmStatus destination, VmStatus status, MigrationSide? side, ObservedLocation location) =>
        TwoSidedStatus.Lookup(source, destination).ShouldBe(new TwoSidedStatusRow(status, side, location));

    /// <summary>Rows that the seed does not have, for failures known from comparable systems.</summary>
    [Theory]
    [InlineData(VmStatus.Paused, VmStatus.Up, VmStatus.Up, MigrationSide.Destination, ObservedLocation.OrphanOnSource)]
    [InlineData(VmStatus.PostCopyFailed, VmStatus.Up, VmStatus.Up, MigrationSide.Destination, ObservedLocation.OrphanOnSource)]
    [InlineData(VmStatus.PostCopyFailed, VmStatus.PostCopyFailed, VmStatus.PostCopyFailed, MigrationSide.Destination, ObservedLocation.PostCopyFailed)]
    [InlineData(VmStatus.PostCopyFailed, VmStatus.MigratingTo, VmStatus.PostCopyFailed, MigrationSide.Destination, ObservedLocation.PostCopyFailed)]
    [InlineData(VmStatus.MigratingFrom, VmStatus.PostCopyFailed, VmStatus.PostCopyFailed, MigrationSide.Destination, ObservedLocation.PostCopyFailed)]
    [InlineData(VmStatus.PostCopyFailed, VmStatus.Down, VmStatus.Down, null, ObservedLocation.Nowhere)]
    [InlineData(VmStatus.Down, VmStatus.PostCopyFailed, VmStatus.Down, null, ObservedLocation.Nowhere)]
    [InlineData(VmStatus.Down, VmStatus.Paused, VmStatus.Paused, MigrationSide.Destination, ObservedLocation.OnDestination)]
    [InlineData(VmStatus.Paused, VmStatus.Down, VmStatus.Paused, MigrationSide.Source, ObservedLocation.OnSource)]
    public void Should_look_up_the_additional_rows(VmStatus source, VmStatus destination, VmStatus status, MigrationSide? side, ObservedLocation location) =>
        TwoSidedStatus.Lookup(source, destination).ShouldBe(new TwoSidedStatusRow(status, side, location));

    [Fact]
    public void Should_count_as_migrating_in_every_other_case()
    {
        var statuses = Enum.GetValues<VmStatus>();
        var settled = (from source in statuses from destination in statuses where TwoSidedStatus.Lookup(source, destination).Location != ObservedLocation.Migrating select (source, destination)).Count();
        settled.ShouldBe(13, "three rows of the seed, nine additional ones, and a broken post-copy whose VM was paused on the destination");
        foreach (var status in statuses)
        {
            TwoSidedStatus.Lookup(null, status).Location.ShouldBe(ObservedLocation.Migrating);
            TwoSidedStatus.Lookup(status, null).Location.ShouldBe(ObservedLocation.Migrating);
        }
    }

    [Fact]
    public void Should_not_settle_on_two_running_copies() =>
        TwoSidedStatus.Lookup(VmStatus.Up, VmStatus.Up).Location.ShouldBe(ObservedLocation.Migrating);
}
