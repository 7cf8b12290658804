using Mesh.Cli.Shell;
using Mesh.Cli.Watching;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;
using Mesh.Policy.Documents;
using Mesh.Server.Demo;

namespace Mesh.Cli.Tests;

public sealed class DemoTests
{
    private static readonly DemoMove Move = new("web-1", new HostName("host-b"), new MigrationOptions { AutoConverge = true }, MigrationOutcome.Completed, "a busy VM");

    private static WatchedMigration RowOf(MigrationOutcome? outcome, string reason = "") =>
        WatchedMigration.From(TestData.View(Move.Id.Value, outcome, reason) with { Sample = TestData.Sample(throttle: 70) });

    [Fact]
    public void An_expected_outcome_is_reported_with_its_throttle()
    {
        var summary = DemoSummary.Create([Move], [RowOf(MigrationOutcome.Completed) with { ActualDowntime = TimeSpan.FromMilliseconds(180) }]);
        summary.IsAsExpected.ShouldBeTrue();
        summary.Conclusion.ShouldBe("All 1 migrations ended as expected.");
        var line = summary.Lines.ShouldHaveSingleItem();
        (line.Outcome, line.Total, line.Downtime, line.Sent, line.Passes).ShouldBe(("completed", "12.5 s", "180 ms", "3 GiB", "3"));
        line.Notes.ShouldBe("a busy VM, vCPU throttle up to 70 %");
    }

    [Fact]
    public void A_move_with_a_policy_reports_the_changes_of_the_policy()
    {
        var view = TestData.View(Move.Id.Value, MigrationOutcome.Completed) with
        {
            Policy = TestData.EffectivePolicy,
            Changes = [TestData.Change(), TestData.Change() with { RequestedBy = "ann", Description = "bandwidth 5 MiB/s" }, TestData.Change() with { Description = "post-copy" }],
        };
        DemoSummary.Create([Move with { Policy = "calm" }], [WatchedMigration.From(view)]).Lines.ShouldHaveSingleItem().Notes
            .ShouldBe("a busy VM, policy calm: max downtime 500 ms, post-copy");
        DemoSummary.Create([Move], [WatchedMigration.From(view)]).Lines.ShouldHaveSingleItem().Notes.ShouldBe("a busy VM");
    }

    [Theory]
    [InlineData(MigrationOutcome.Failed, "the link broke", "expected completed, but: the link broke")]
    [InlineData(MigrationOutcome.CompletedPostCopy, "", "expected completed, but it ended differently")]
    [InlineData(null, "", "expected completed, but it is still in pre-copy")]
    public void Any_other_outcome_is_unexpected_and_explained(MigrationOutcome? outcome, string reason, string notes)
    {
        var summary = DemoSummary.Create([Move, Move], [RowOf(outcome, reason)]);
        summary.IsAsExpected.ShouldBeFalse();
        summary.Conclusion.ShouldBe("2 of 2 migrations did not end as expected.");
        summary.Lines[0].Notes.ShouldContain(notes);
    }

    [Fact]
    public void A_move_that_never_started_is_reported()
    {
        var line = DemoSummary.Create([Move], []).Lines.ShouldHaveSingleItem();
        line.IsAsExpected.ShouldBeFalse();
        line.Outcome.ShouldBe("not ended");
        line.Notes.ShouldContain("never started");
    }

    [Fact]
    public void A_refusal_reports_its_reason()
    {
        var move = Move with { Expected = MigrationOutcome.Refused };
        var line = DemoSummary.Create([move], [RowOf(MigrationOutcome.Refused, "it has a device")]).Lines.ShouldHaveSingleItem();
        line.IsAsExpected.ShouldBeTrue();
        (line.Notes, line.Downtime, line.Total).ShouldBe(("it has a device", "-", "-"));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(130)]
    public void The_framed_summary_fits_its_terminal(int columns)
    {
        using var text = new StringWriter();
        var io = new Cli().Io with { Out = text, IsTerminal = true, Window = () => (columns, 40), Environment = name => name == "NO_COLOR" ? "1" : null };
        DemoReport.Write(io, DemoSummary.Create(DemoPlan.Moves, []));
        var lines = text.ToString().TrimEnd().Split('\n');
        lines.ShouldAllBe(line => line.TrimEnd().Length <= columns);
        foreach (var move in DemoPlan.Moves)
            lines.ShouldContain(line => line.Contains($"│ {move.Vm} ", StringComparison.Ordinal));
    }

    [Fact]
    public void The_plan_has_existing_VMs_and_hosts_and_valid_options()
    {
        var hosts = DemoPlan.Hosts.Select(host => host.Name).ToList();
        DemoPlan.Vms.Select(placed => placed.Vm.Id).ShouldBeUnique();
        DemoPlan.Moves.Select(move => move.Id).ShouldBeUnique();
        foreach (var move in DemoPlan.Moves)
        {
            hosts.ShouldContain(move.To);
            DemoPlan.Vms.ShouldContain(placed => placed.Vm.Name == move.Vm && placed.Host != move.To, move.Vm);
            MigrationOptionsValidator.Validate(move.Options, new MigrationLimits()).ShouldBeEmpty();
            if (move.Policy is { } policy)
                ShippedPolicies.All.ShouldContain(shipped => shipped.Name == policy);
        }
    }

    [Fact]
    public void The_drained_host_has_exactly_the_planned_VMs_after_the_moves()
    {
        var leave = DemoPlan.Moves.Where(move => move.Expected is MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy).ToDictionary(move => move.Vm, move => move.To);
        DemoPlan.Vms.Where(placed => leave.GetValueOrDefault(placed.Vm.Name, placed.Host) == DemoPlan.Drained).Select(placed => placed.Vm.Name)
            .ShouldBe(DemoPlan.VmsOnDrained, ignoreOrder: true);
        DemoPlan.VmsOnDrained.ShouldBe(DemoPlan.VmsOnDrained.Union(DemoPlan.BlockedVms));
    }

    [Fact]
    public void The_drain_is_as_expected_if_exactly_the_blocked_VMs_are_left()
    {
        var drain = TestData.Drain;
        var (moved, stuck) = (drain.Moves.Select(move => move with { State = DrainMoveState.Completed }).ToArray(), TestData.BlockedVm);
        DemoDrain.IsAsExpected(drain with { Moves = moved, BlockedVms = [stuck] }, ["gpu-1"]).ShouldBeTrue();
        DemoDrain.IsAsExpected(drain with { Moves = moved, BlockedVms = [] }, ["gpu-1"]).ShouldBeFalse();
        DemoDrain.IsAsExpected(drain with { Moves = moved, BlockedVms = [stuck, stuck with { VmName = "api-1" }] }, ["gpu-1"]).ShouldBeFalse();
        DemoDrain.IsAsExpected(drain with { Moves = [.. moved, moved[0] with { State = DrainMoveState.Failed }], BlockedVms = [stuck] }, ["gpu-1"]).ShouldBeFalse();
    }
}
