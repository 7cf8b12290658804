using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Tests.Draining;

public sealed class When_a_drain_is_cancelled_or_undone
{
    private static readonly HostName A = SimulatedFleet.Host(0);
    private static readonly HostName B = SimulatedFleet.Host(1);
    private static readonly HostName C = SimulatedFleet.Host(2);
    private static readonly VmDescription[] Six = [.. Enumerable.Range(1, 6).Select(number => SimulatedFleet.Vm(number, 4 * number))];

    [Fact]
    public void Should_start_nothing_more_and_follow_running_migrations_to_their_end()
    {
        var world = World().Begin(0).Run(1);
        world.Unfinished.Select(migration => migration.Phase).Order().ShouldBe([MigrationPhase.Queued, MigrationPhase.PreCopy, MigrationPhase.PreCopy]);
        var copying = world.Unfinished.Where(migration => migration.Phase == MigrationPhase.PreCopy).Select(migration => migration.VmId).ToArray();

        world.Cancel(abortRunning: false);
        world.Aborted.Count.ShouldBe(1);
        world.Drain.ShouldSatisfyAllConditions(drain => drain.State.ShouldBe(DrainState.Cancelled), drain => drain.EndedAt.ShouldNotBeNull());
        var requested = world.Requested.Count;
        world.Run(50).Requested.Count.ShouldBe(requested);
        world.Drain.Moves.ShouldAllBe(move => move.State == (copying.Contains(move.Vm) ? DrainMoveState.Completed : DrainMoveState.Skipped));
        world.Drain.State.ShouldBe(DrainState.Cancelled);
    }

    [Fact]
    public void Should_abort_running_migrations_if_requested()
    {
        var world = World().Begin(0).Run(1);
        world.Cancel(abortRunning: true);
        world.Aborted.Count.ShouldBe(3);
        world.Run(3).Drain.Moves.ShouldAllBe(move => move.State == DrainMoveState.Skipped);
        world.Hosts[A].Inventory.Vms.Count.ShouldBe(6);
    }

    [Fact]
    public void Should_not_change_a_drain_that_has_ended()
    {
        var world = World().Begin(0).RunToTheEnd();
        world.Cancel(abortRunning: true);
        world.Drain.State.ShouldBe(DrainState.Completed);
    }

    [Fact]
    public void Should_move_back_the_vms_that_are_still_where_the_drain_moved_them()
    {
        var world = World().Begin(0).RunToTheEnd();
        var (moved, stopped) = (Six[0], Six[1]);
        var to = world.MoveOf(moved).To;
        var other = to == B ? C : B;
        world.Change(to, vms => vms.Where(vm => vm.Id != moved.Id));
        world.Change(other, vms => [.. vms, moved]);
        world.Change(stopped.Id, vm => vm with { Status = VmStatus.Down });

        world.BeginUndo();
        world.Drain.ShouldSatisfyAllConditions(drain => drain.Undoes.ShouldBe("d1"), drain => drain.Hosts.ShouldBe([A]), drain => drain.Makespan.ShouldBeGreaterThan(TimeSpan.Zero));
        world.MoveOf(moved).Message.ShouldBe($"vm0001 stays on {other}: it is no longer on {to}, where the drain moved it");
        world.MoveOf(stopped).Message.ShouldBe("vm0002 is no longer running");

        world.RunToTheEnd().Drain.State.ShouldBe(DrainState.Completed);
        Six[2..].ShouldAllBe(vm => world.WhereIs(vm.Id) == A);
        world.WhereIs(moved.Id).ShouldBe(other);
        world.Requested.Where(request => request.Drain == "u1").ShouldAllBe(request => request.To == A && request.Id.Value.StartsWith("u1."));
        world.Hosts[A].Cordon.ShouldBeNull();
    }

    [Fact]
    public void Should_explain_why_a_vm_cannot_be_moved_back()
    {
        var world = World().Begin(0).RunToTheEnd();
        world.Change(Six[3].Id, vm => vm with { Lock = VmLock.Snapshot });
        world.BeginUndo().Drain.BlockedVms.Single().Refusals.Single().Code.ShouldBe(RefusalCode.VmLocked);
        world.RunToTheEnd().Drain.State.ShouldBe(DrainState.Blocked);
        world.Drain.Moves.Count(move => move.State == DrainMoveState.Completed).ShouldBe(5);
    }

    [Fact]
    public void Should_list_vms_without_room_beside_the_others()
    {
        var world = World().Begin(0).RunToTheEnd();
        world.Hosts[A] = SimulatedFleet.With(A, [], freeGibibytes: 30) with { Cordon = world.Hosts[A].Cordon };

        world.BeginUndo().Drain.Moves.Count(move => move.State == DrainMoveState.Pending).ShouldBe(3, "4, 8 and 12 or 16 of 30 GiB");
        world.Drain.BlockedVms.Count.ShouldBe(3);
        world.Drain.BlockedVms.ShouldAllBe(blocked => blocked.Refusals.Single().Code == RefusalCode.NotEnoughMemory);
        world.Drain.BlockedVms.Single(blocked => blocked.VmName == "vm0006").Refusals.Single().Message.ShouldBe(
            "on hosts that could take vm0006, the other VMs of the drain leave no room for its 24 GiB of memory and 1 vCPU");
        world.RunToTheEnd().Hosts[A].Inventory.Vms.Count.ShouldBe(3);
    }

    private static DrainWorld World() => new(SimulatedFleet.With(A, Six), SimulatedFleet.With(B, []), SimulatedFleet.With(C, []));
}
