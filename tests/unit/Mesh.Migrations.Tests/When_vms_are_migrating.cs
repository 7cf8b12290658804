using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Migrations.Hosts;

namespace Mesh.Migrations.Tests;

/// <summary>The status table of all migrating VMs, filled from the reports of hosts.</summary>
public sealed class When_vms_are_migrating
{
    private StatusTable _table = StatusTable.Empty;
    private DateTimeOffset _now = Given.Start;
    private long _sequence;

    private IReadOnlyList<SettledExternalMigration> Report(HostName host, params VmStatus[] statuses)
    {
        (_table, var settled) = _table.ApplyReport(new HostReport(
            host, 1, ++_sequence, _now, true, [.. statuses.Select(status => new VmStatusReport(Given.Vm, "g1", status, ""))], []), _now);
        return settled;
    }

    [Fact]
    public void Should_enter_the_table_by_a_hosts_report_and_leave_it_when_both_agree()
    {
        Report(Given.Source, VmStatus.Up);
        _table.Rows.ShouldBeEmpty();

        Report(Given.Source, VmStatus.MigratingFrom).ShouldBeEmpty();
        Report(Given.Destination, VmStatus.MigratingTo).ShouldBeEmpty();
        var row = _table.Rows.Values.ShouldHaveSingleItem();
        (row.Source, row.Destination).ShouldBe((Given.Source, Given.Destination));

        Report(Given.Source).ShouldBeEmpty("one report is not enough");
        Report(Given.Destination, VmStatus.Up).ShouldHaveSingleItem().Location.ShouldBe(ObservedLocation.OnDestination);
        _table.Rows.ShouldBeEmpty();
    }

    [Fact]
    public void Should_settle_a_failure_only_when_the_destination_reports_it_too()
    {
        Report(Given.Source, VmStatus.MigratingFrom);
        Report(Given.Destination, VmStatus.MigratingTo);
        Report(Given.Source, VmStatus.Up).ShouldBeEmpty();
        Report(Given.Destination).ShouldHaveSingleItem().Location.ShouldBe(ObservedLocation.OnSource);
    }

    [Fact]
    public void Should_be_refilled_whichever_host_reports_first_after_a_restart()
    {
        Report(Given.Destination, VmStatus.MigratingTo);
        Report(Given.Source, VmStatus.MigratingFrom);
        var row = _table.Rows.Values.ShouldHaveSingleItem();
        (row.Source, row.Destination).ShouldBe((Given.Source, Given.Destination));
    }

    [Fact]
    public void Should_not_settle_a_VM_as_gone_before_every_host_had_time_to_report_it()
    {
        Report(Given.Source, VmStatus.MigratingFrom);
        Report(Given.Source).ShouldBeEmpty();
        _now += StatusTable.GoneAfter / 2;
        Report(Given.Source).ShouldBeEmpty();
        Report(Given.Third, VmStatus.Up);
        Report(Given.Source).ShouldBeEmpty("the host that runs the VM has reported it");
        _table.Rows.ShouldBeEmpty();
    }

    [Fact]
    public void Should_settle_it_as_gone_when_no_host_has_it()
    {
        Report(Given.Source, VmStatus.MigratingFrom);
        Report(Given.Source);
        _now += StatusTable.GoneAfter;
        Report(Given.Source).ShouldHaveSingleItem().Location.ShouldBe(ObservedLocation.Nowhere);
    }

    [Fact]
    public void Should_settle_nothing_for_VMs_that_the_mesh_migrates()
    {
        var migration = new MigrationDriver().Started();
        _table = _table.WithMigration(migration.State, _now);
        Report(Given.Source, VmStatus.MigratingFrom);
        Report(Given.Destination, VmStatus.MigratingTo);
        Report(Given.Source).ShouldBeEmpty();
        Report(Given.Destination, VmStatus.Up).ShouldBeEmpty("the migration announces its own outcome");
        _table.Rows.Values.ShouldHaveSingleItem().Migration.ShouldBe(migration.State.Id);

        migration.JobEnds(Contracts.Agents.JobResult.Completed).ReportBoth(null, VmStatus.Up).State.HasEnded.ShouldBeTrue();
        _table.WithMigration(migration.State, _now).Rows.ShouldBeEmpty();
    }

    [Fact]
    public void Should_be_down_on_a_host_that_is_fenced()
    {
        Report(Given.Source, VmStatus.MigratingFrom);
        Report(Given.Destination, VmStatus.MigratingTo);
        _table = _table.ApplyFence(new HostFence(Given.Source, 1, _now, "tester"));
        _table.Rows[Given.Vm].SourceObservation!.Status.ShouldBe(VmStatus.Down);
        Report(Given.Destination, VmStatus.Up).ShouldHaveSingleItem().Location.ShouldBe(ObservedLocation.OnDestination);
    }

    [Fact]
    public void Should_leave_the_table_with_its_fenced_host_when_no_other_host_is_known()
    {
        Report(Given.Source, VmStatus.MigratingFrom);
        _table.ApplyFence(new HostFence(Given.Source, 1, _now, "tester")).Rows.ShouldBeEmpty();
    }

    [Fact]
    public void Should_ignore_a_host_whose_hypervisor_is_not_responding()
    {
        Report(Given.Source, VmStatus.MigratingFrom);
        var before = _table;
        _table.ApplyReport(new HostReport(Given.Source, 1, 99, _now, false, [], []), _now).Table.ShouldBe(before);
    }
}
