using System.Text.Json;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Draining;

namespace Mesh.Scheduler.Tests.Draining;

public sealed class When_a_drain_is_carried_out
{
    private static readonly HostName A = SimulatedFleet.Host(0);
    private static readonly HostName B = SimulatedFleet.Host(1);
    private static readonly HostName C = SimulatedFleet.Host(2);
    private static readonly VmDescription[] Six = [.. Enumerable.Range(1, 6).Select(number => SimulatedFleet.Vm(number, 4 * number))];

    [Fact]
    public void Should_empty_the_host_within_the_limits_and_end_in_maintenance()
    {
        var (outboundMax, progress) = (0, new List<int>());
        var world = World().Begin(0);
        while (world.Drain.State == DrainState.Running)
            world.Run(1, step =>
            {
                outboundMax = Math.Max(outboundMax, world.Unfinished.Count(migration => migration.Source == A));
                progress.Add(step.Estimate.Progress.Value);
            });

        world.View.ShouldSatisfyAllConditions(
            drain => drain.State.ShouldBe(DrainState.Completed),
            drain => drain.Progress.ShouldBe(new Percent(100)),
            drain => drain.EndedAt.ShouldNotBeNull(),
            drain => drain.ExpectedEnd.ShouldBeNull(),
            drain => drain.Moves.ShouldAllBe(move => move.State == DrainMoveState.Completed && move.Attempts == 1 && (move.To == B || move.To == C)));
        outboundMax.ShouldBe(3, "two that copy, and the next one");
        progress.ShouldBeInOrder();
        world.Hosts[A].Inventory.Vms.ShouldBeEmpty();
        world.Hosts[A].Cordon!.State.ShouldBe(CordonState.Maintenance);
        DrainStateMachine.Step(world.Drain, world.Fleet, world.Ended, world.Now).ToRequest.ShouldBeEmpty();
    }

    [Fact]
    public void Should_request_migrations_so_that_repeated_requests_are_harmless()
    {
        var world = World();
        world.Arrives = _ => false;
        world.Begin(0).Run(3);
        world.Requested.Count.ShouldBe(9);
        world.Requested.Select(request => request.Id.Value).Distinct(StringComparer.Ordinal).ShouldBe(["d1.0.1", "d1.1.1", "d1.2.1"]);
        world.Requested.ShouldAllBe(request => request.Priority == MigrationPriority.Drain && request.Drain == "d1" && request.RequestedBy == "ann"
            && request.To == null && request.Preferred != null && request.Options.Persistent && request.Options.UndefineSource);

        world.Arrives = _ => true;
        world.RunToTheEnd().Drain.State.ShouldBe(DrainState.Completed);
    }

    [Fact]
    public void Should_reach_a_state_that_does_not_change_while_nothing_happens()
    {
        var world = World().Begin(0);
        world.Run(30, step =>
        {
            var again = DrainStateMachine.Step(step.Drain, world.Fleet, world.Ended, world.Now).Drain;
            JsonSerializer.Serialize(again, MeshJson.Options).ShouldBe(JsonSerializer.Serialize(step.Drain, MeshJson.Options));
            again.HasSameContent(step.Drain).ShouldBeTrue("or it would be stored at every pass");
        });
    }

    [Fact]
    public void Should_retry_a_failure_of_a_host_after_the_back_off()
    {
        var world = World();
        world.EndOf = migration => migration.Id.Value == "d1.0.1" ? MigrationOutcome.Failed : null;
        world.Begin(0);
        var first = world.Drain.Moves[0];
        while (world.Drain.Moves[0].NotBefore is null)
            world.Run(1);
        world.Drain.Moves[0].ShouldSatisfyAllConditions(
            move => move.State.ShouldBe(DrainMoveState.Pending),
            move => move.NotBefore.ShouldBe(world.Ended.Single(ended => ended.Id.Value == "d1.0.1").EndedAt + TimeSpan.FromSeconds(20)),
            move => move.Message.ShouldBe("it ended so"));

        world.RunToTheEnd().Drain.State.ShouldBe(DrainState.Completed);
        world.Drain.Moves[0].ShouldSatisfyAllConditions(
            move => move.Vm.ShouldBe(first.Vm),
            move => move.Attempts.ShouldBe(2),
            move => move.Migration.ShouldBe(new MigrationId("d1.0.2")));
        world.Requested.Single(request => request.Id.Value == "d1.0.2").Preferred.ShouldBeNull("the host has failed once");
    }

    [Fact]
    public void Should_give_up_after_five_attempts_with_the_reason()
    {
        var world = World();
        world.EndOf = migration => migration.VmId == Six[0].Id ? MigrationOutcome.Failed : null;
        world.Begin(0).RunToTheEnd().Drain.State.ShouldBe(DrainState.Blocked);
        world.MoveOf(Six[0]).ShouldSatisfyAllConditions(
            move => move.State.ShouldBe(DrainMoveState.Failed),
            move => move.Attempts.ShouldBe(5),
            move => move.Message.ShouldBe("gave up after 5 attempts: it ended so"));
        world.Drain.BlockedVms.Single().Advice.ShouldBe(world.MoveOf(Six[0]).Message);
        world.Hosts[A].Cordon!.State.ShouldBe(CordonState.Draining, "a VM runs there");
    }

    [Theory]
    [InlineData(MigrationOutcome.TimedOut, "it ended so. give it post-copy")]
    [InlineData(MigrationOutcome.AbortedByPolicy, "it ended so")]
    [InlineData(MigrationOutcome.AbortedByOperator, "it ended so")]
    [InlineData(MigrationOutcome.PostCopyFailed, "it ended so")]
    public void Should_not_retry_a_failure_of_the_vm_or_an_abort(MigrationOutcome outcome, string note)
    {
        var world = World();
        world.EndOf = migration => migration.VmId == Six[2].Id ? outcome : null;
        world.Begin(0).RunToTheEnd().Drain.State.ShouldBe(DrainState.Blocked);
        world.MoveOf(Six[2]).ShouldSatisfyAllConditions(
            move => move.State.ShouldBe(DrainMoveState.Failed), move => move.Attempts.ShouldBe(1), move => move.Message.ShouldBe(note));

        world.Change(Six[2].Id, vm => vm with { Status = VmStatus.Down });
        world.Run(1).Drain.State.ShouldBe(DrainState.Completed);
        world.MoveOf(Six[2]).State.ShouldBe(DrainMoveState.Skipped);
        world.Hosts[A].Cordon!.State.ShouldBe(CordonState.Maintenance);
    }

    [Fact]
    public void Should_continue_when_a_blocked_vm_becomes_movable()
    {
        var held = Six[1] with { Disks = [new VmDisk("sda", DiskDevice.CdRom, "sata", "raw", DiskStorage.File, "/iso/setup.iso", ReadOnly: true, Shareable: false)] };
        var world = World(Six.Select(vm => vm.Id == held.Id ? held : vm)).Begin(0);
        world.Drain.BlockedVms.Single().ShouldSatisfyAllConditions(
            vm => vm.Vm.ShouldBe(held.Id),
            vm => vm.Refusals.Single().Code.ShouldBe(RefusalCode.CdRomInserted),
            vm => vm.Advice.ShouldStartWith("eject the CD-ROM: virsh change-media vm0002 sda --eject"));
        world.RunToTheEnd().Drain.State.ShouldBe(DrainState.Blocked);
        world.Run(5).Drain.State.ShouldBe(DrainState.Blocked);

        world.Change(held.Id, vm => vm with { Disks = [] });
        world.Run(1).Drain.State.ShouldBe(DrainState.Running);
        world.RunToTheEnd().Drain.State.ShouldBe(DrainState.Completed);
        world.Drain.BlockedVms.ShouldBeEmpty();
    }

    [Fact]
    public void Should_block_on_a_vm_that_is_no_longer_movable()
    {
        var world = World().Begin(0);
        world.Change(Six[0].Id, vm => vm with { Lock = VmLock.Backup });
        world.RunToTheEnd().Drain.State.ShouldBe(DrainState.Blocked);
        world.Drain.BlockedVms.Single().Refusals.Single().Code.ShouldBe(RefusalCode.VmLocked);

        world.Change(Six[0].Id, vm => vm with { Lock = null });
        world.Run(1).RunToTheEnd().Drain.State.ShouldBe(DrainState.Completed);
        world.Drain.Moves.Count.ShouldBe(6);
    }

    [Fact]
    public void Should_block_on_a_vm_that_does_not_respond_and_move_the_others()
    {
        var world = World().Begin(0);
        world.Change(Six[0].Id, vm => vm with { NotResponding = true });
        world.RunToTheEnd().Drain.State.ShouldBe(DrainState.Blocked);
        world.Drain.BlockedVms.ShouldHaveSingleItem().Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.VmNotResponding);
        world.Drain.BlockedVms[0].Advice.ShouldContain("why its QEMU process does not answer");
        world.Drain.Moves.Count(move => move.State is DrainMoveState.Completed).ShouldBe(5);

        world.Change(Six[0].Id, vm => vm with { NotResponding = false });
        world.Run(1).RunToTheEnd().Drain.State.ShouldBe(DrainState.Completed);
    }

    [Fact]
    public void Should_skip_vms_that_are_shut_down_and_add_vms_that_are_started()
    {
        var late = SimulatedFleet.Vm(9, 2);
        var world = World().Begin(0).Run(1);
        var last = world.Drain.Moves[^1];
        world.Change(A, vms => [.. vms.Where(vm => vm.Id != last.Vm), late]);
        world.RunToTheEnd().Drain.State.ShouldBe(DrainState.Completed);
        world.Drain.Moves.Single(move => move.Vm == last.Vm).State.ShouldBe(DrainMoveState.Skipped);
        world.MoveOf(late).State.ShouldBe(DrainMoveState.Completed);
        world.WhereIs(late.Id).ShouldNotBe(A);
    }

    [Fact]
    public void Should_count_vms_that_an_operator_has_moved()
    {
        var world = World().Begin(0).Run(1);
        var last = world.Drain.Moves[^1];
        var vm = Six.Single(vm => vm.Id == last.Vm);
        world.Change(A, vms => vms.Where(other => other.Id != vm.Id));
        world.Change(C, vms => [.. vms, vm]);
        world.Run(1).Drain.Moves[^1].ShouldSatisfyAllConditions(move => move.State.ShouldBe(DrainMoveState.Completed), move => move.To.ShouldBe(C));
    }

    [Fact]
    public void Should_replan_when_a_destination_fails()
    {
        var world = World().Begin(0).Run(2);
        world.SetHealth(C, HostHealth.Unresponsive);
        world.RunToTheEnd().Drain.State.ShouldBe(DrainState.Completed);
        world.Drain.ReplanCount.ShouldBeGreaterThan(0);
        Six.ShouldAllBe(vm => world.WhereIs(vm.Id) == B || world.WhereIs(vm.Id) == C);
        world.Hosts[A].Inventory.Vms.ShouldBeEmpty();
    }

    [Fact]
    public void Should_wait_while_its_host_is_unresponsive()
    {
        var world = World().Begin(0).Run(2);
        world.SetHealth(A, HostHealth.Unresponsive);
        world.Run(50, step => step.ToRequest.Count.ShouldBe(0));
        world.Drain.State.ShouldBe(DrainState.Running);
        world.View.ExpectedEnd.ShouldBeNull();

        world.SetHealth(A, HostHealth.Healthy);
        world.RunToTheEnd().Drain.State.ShouldBe(DrainState.Completed);
    }

    [Fact]
    public void Should_skip_the_vms_of_a_fenced_host()
    {
        var world = World().Begin(0);
        world.SetHealth(A, HostHealth.Fenced);
        world.Run(1).Drain.State.ShouldBe(DrainState.Completed);
        world.Drain.Moves.ShouldAllBe(move => move.State == DrainMoveState.Skipped);
    }

    [Fact]
    public void Should_be_blocked_without_room_and_continue_when_there_is_some()
    {
        var world = new DrainWorld(SimulatedFleet.With(A, Six), SimulatedFleet.With(B, [], freeGibibytes: 30)).Begin(0);
        world.Drain.Moves.Count.ShouldBe(3, "no four of them take 30 GiB or less");
        world.RunToTheEnd().Drain.State.ShouldBe(DrainState.Blocked);
        world.Drain.BlockedVms.ShouldAllBe(vm => vm.Refusals.Any(refusal => refusal.Code == RefusalCode.NotEnoughMemory));
        world.Drain.ReplanCount.ShouldBe(0);

        world.Hosts[C] = SimulatedFleet.With(C, []);
        world.Run(1).RunToTheEnd().Drain.State.ShouldBe(DrainState.Completed);
    }

    [Fact]
    public void Should_replan_when_predictions_have_changed_by_more_than_a_fifth()
    {
        VmDescription[] large = [.. Enumerable.Range(1, 8).Select(number => SimulatedFleet.Vm(number, 40))];
        World(large).Begin(0).RunToTheEnd().Drain.ReplanCount.ShouldBe(0);

        var world = World(large);
        world.Slowness = 3;
        var end = world.Begin(0).View.ExpectedEnd;
        world.Run(30).View.ShouldSatisfyAllConditions(
            drain => drain.ReplanCount.ShouldBeGreaterThan(0),
            drain => drain.PlannedAt!.Value.ShouldBeGreaterThan(drain.At),
            drain => drain.ExpectedEnd!.Value.ShouldBeGreaterThan(end!.Value));
        world.RunToTheEnd().Drain.State.ShouldBe(DrainState.Completed);
    }

    [Fact]
    public void Should_never_have_more_unfinished_migrations_than_the_drain_allows()
    {
        var world = World().Begin(new DrainHosts { Id = "d1", Hosts = [A], RequestedBy = "ann", Parallel = 1 });
        while (world.Drain.State == DrainState.Running)
            world.Run(1, _ => world.Unfinished.Count.ShouldBeLessThanOrEqualTo(1));
        world.Drain.State.ShouldBe(DrainState.Completed);
    }

    [Fact]
    public void Should_not_change_a_dry_run()
    {
        var world = World();
        var plan = DrainPlanner.Plan(world.Fleet, SimulatedFleet.Drain(1) with { DryRun = true }, world.Now);
        plan.State.ShouldBe(DrainState.Planned);
        DrainStateMachine.Step(plan, world.Fleet, [], world.Now).ShouldSatisfyAllConditions(
            step => step.Drain.ShouldBeSameAs(plan), step => step.ToRequest.ShouldBeEmpty(), step => step.Cordons.ShouldBeEmpty());
    }

    private static DrainWorld World(IEnumerable<VmDescription>? vms = null) =>
        new(SimulatedFleet.With(A, [.. vms ?? Six]), SimulatedFleet.With(B, []), SimulatedFleet.With(C, []));
}
