using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Tests.Draining;

public sealed class When_hosts_fail_during_a_drain(ITestOutputHelper output)
{
    /// <summary>
    /// Migrations fail, requests are lost, VMs stop and start, hosts become unresponsive and recover, until the faults stop. Then the drain must
    /// end with every VM accounted for, without exceeding a limit on the way.
    /// </summary>
    [Fact]
    public void Should_end_with_every_vm_accounted_for()
    {
        var ends = new Dictionary<DrainState, int>();
        for (var seed = 0; seed < 150; seed++)
        {
            var world = Run(seed);
            world.Drain.State.ShouldBeOneOf([DrainState.Completed, DrainState.Blocked], $"seed {seed}");
            foreach (var host in world.Drain.Hosts)
                world.Hosts[host].Inventory.Vms.Where(vm => vm.Status != VmStatus.Down).Select(vm => vm.Id)
                    .ShouldBe(world.Drain.BlockedVms.Where(blocked => blocked.Host == host).Select(blocked => blocked.Vm), ignoreOrder: true, $"seed {seed}");
            ends[world.Drain.State] = ends.GetValueOrDefault(world.Drain.State) + 1;
        }

        output.WriteLine(string.Join(", ", ends));
        ends.Keys.ShouldContain(DrainState.Completed);
        ends.Keys.ShouldContain(DrainState.Blocked);
    }

    private static DrainWorld Run(int seed)
    {
        var random = new Random(seed);
        var hosts = Enumerable.Range(0, 5).Select(SimulatedFleet.Host).ToArray();
        var vms = Enumerable.Range(0, 16).Select(number => SimulatedFleet.Vm(number, 2 + (20 * random.NextDouble()))).ToArray();
        var world = new DrainWorld([.. hosts.Select((host, number) => SimulatedFleet.With(host, number < 2 ? vms[(8 * number)..((8 * number) + 8)] : [], freeGibibytes: 200))]);
        var quiet = false;
        world.EndOf = _ => quiet ? null : random.Next(100) switch
        {
            < 20 => MigrationOutcome.Failed,
            < 25 => MigrationOutcome.TimedOut,
            _ => null,
        };
        world.Arrives = _ => quiet || random.Next(100) < 80;
        world.Begin(0, 1);
        for (var step = 0; step < 40 && world.Drain.State != DrainState.Completed; step++)
        {
            Disturb(world, random, hosts, vms, step);
            world.Run(1, _ => Check(world));
        }

        quiet = true;
        foreach (var host in hosts)
            world.SetHealth(host, HostHealth.Healthy);
        world.Run(1);
        return world.RunToTheEnd();
    }

    private static void Disturb(DrainWorld world, Random random, HostName[] hosts, VmDescription[] vms, int step)
    {
        var still = vms[random.Next(vms.Length)];
        switch (random.Next(20))
        {
            case 0 when world.Unfinished.All(migration => migration.VmId != still.Id):
                world.Change(still.Id, vm => vm with { Status = VmStatus.Down });
                break;
            case 1:
                world.Change(hosts[random.Next(2)], vms => [.. vms, SimulatedFleet.Vm(100 + step, 2)]);
                break;
            case 2:
                world.SetHealth(hosts[random.Next(2, 5)], HostHealth.Unresponsive);
                break;
            case 3:
                world.SetHealth(hosts[random.Next(5)], HostHealth.Healthy);
                break;
            case 4:
                world.Change(still.Id, vm => vm with { Lock = vm.Lock is null ? VmLock.Backup : null });
                break;
            case 5:
                world.SetHealth(hosts[random.Next(2)], HostHealth.Suspect);
                break;
            default:
                break;
        }
    }

    private static void Check(DrainWorld world)
    {
        foreach (var from in world.Unfinished.GroupBy(migration => migration.Source))
        {
            from.Count().ShouldBeLessThanOrEqualTo(3);
            from.Count(migration => migration.Phase == MigrationPhase.PreCopy).ShouldBeLessThanOrEqualTo(2);
        }

        var sent = world.Requested.GroupBy(request => request.Id).Select(same => same.Select(request => request.Vm).Distinct(StringComparer.Ordinal).Count());
        sent.ShouldAllBe(vms => vms == 1, "an ID belongs to one VM");
        world.Drain.Moves.Select(move => move.Vm).ShouldBeUnique();
    }
}
