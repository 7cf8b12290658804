using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Migrations.Hosts;

namespace Mesh.Migrations.Tests;

/// <summary>The status table of all migrating machines, as hosts report them.</summary>
public sealed class When_machines_are_on_their_way
{
    private StatusTable _table = StatusTable.Empty;
    private DateTimeOffset _now = Given.Start;
    private long _sequence;

    private IReadOnlyList<Settled> Report(HostName host, params VmStatus[] statuses)
    {
        (_table, var settled) = _table.Hear(new HostReport(
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

        Report(Given.Source).ShouldBeEmpty("one word is not enough");
        Report(Given.Destination, VmStatus.Up).ShouldHaveSingleItem().Verdict.ShouldBe(Verdict.OnDestination);
        _table.Rows.ShouldBeEmpty();
    }

    [Fact]
    public void Should_settle_a_failure_only_when_the_destination_says_so_too()
    {
        Report(Given.Source, VmStatus.MigratingFrom);
        Report(Given.Destination, VmStatus.MigratingTo);
        Report(Given.Source, VmStatus.Up).ShouldBeEmpty();
        Report(Given.Destination).ShouldHaveSingleItem().Verdict.ShouldBe(Verdict.OnSource);
    }

    [Fact]
    public void Should_be_refilled_whichever_host_speaks_first_after_a_restart()
    {
        Report(Given.Destination, VmStatus.MigratingTo);
        Report(Given.Source, VmStatus.MigratingFrom);
        var row = _table.Rows.Values.ShouldHaveSingleItem();
        (row.Source, row.Destination).ShouldBe((Given.Source, Given.Destination));
    }

    [Fact]
    public void Should_not_count_a_machine_as_gone_before_every_host_had_time_to_report_it()
    {
        Report(Given.Source, VmStatus.MigratingFrom);
        Report(Given.Source).ShouldBeEmpty();
        _now += StatusTable.GoneAfter / 2;
        Report(Given.Source).ShouldBeEmpty();
        Report(Given.Third, VmStatus.Up);
        Report(Given.Source).ShouldBeEmpty("its word is settled with that of the host that runs it");
        _table.Rows.ShouldBeEmpty();
    }

    [Fact]
    public void Should_name_it_gone_when_no_host_has_it()
    {
        Report(Given.Source, VmStatus.MigratingFrom);
        Report(Given.Source);
        _now += StatusTable.GoneAfter;
        Report(Given.Source).ShouldHaveSingleItem().Verdict.ShouldBe(Verdict.Nowhere);
    }

    [Fact]
    public void Should_say_nothing_of_its_own_on_machines_that_the_mesh_moves()
    {
        var flight = new FlightDriver().Started();
        _table = _table.With(flight.State, _now);
        Report(Given.Source, VmStatus.MigratingFrom);
        Report(Given.Destination, VmStatus.MigratingTo);
        Report(Given.Source).ShouldBeEmpty();
        Report(Given.Destination, VmStatus.Up).ShouldBeEmpty("the flight announces its end");
        _table.Rows.Values.ShouldHaveSingleItem().Migration.ShouldBe(flight.State.Id);

        flight.JobEnds(Contracts.Agents.JobResult.Completed).Both(null, VmStatus.Up).State.HasEnded.ShouldBeTrue();
        _table.With(flight.State, _now).Rows.ShouldBeEmpty();
    }

    [Fact]
    public void Should_be_down_on_a_host_that_is_fenced()
    {
        Report(Given.Source, VmStatus.MigratingFrom);
        Report(Given.Destination, VmStatus.MigratingTo);
        _table = _table.Fence(new HostFence(Given.Source, 1, _now, "tester"));
        _table.Rows[Given.Vm].SourceWord!.Status.ShouldBe(VmStatus.Down);
        Report(Given.Destination, VmStatus.Up).ShouldHaveSingleItem().Verdict.ShouldBe(Verdict.OnDestination);
    }

    [Fact]
    public void Should_leave_with_its_host_when_no_other_is_known()
    {
        Report(Given.Source, VmStatus.MigratingFrom);
        _table.Fence(new HostFence(Given.Source, 1, _now, "tester")).Rows.ShouldBeEmpty();
    }

    [Fact]
    public void Should_learn_nothing_from_a_host_whose_hypervisor_is_silent()
    {
        Report(Given.Source, VmStatus.MigratingFrom);
        var before = _table;
        _table.Hear(new HostReport(Given.Source, 1, 99, _now, false, [], []), _now).Table.ShouldBe(before);
    }
}
