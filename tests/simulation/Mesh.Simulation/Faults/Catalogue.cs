using Mesh.Agent.Simulated;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Faults;

/// <summary>Every kind of fault that a run may have.</summary>
internal static class Catalogue
{
    /// <summary>The kinds; each makes one fault out of chance.</summary>
    public static readonly IReadOnlyList<Func<World, Random, Fault>> Kinds =
    [
        (world, chance) => HostFaults.AgentKilled(HostOf(world, chance)),
        (world, chance) => HostFaults.AgentKilled(HostOf(world, chance)),
        (world, chance) => HostFaults.AgentForgets(HostOf(world, chance)),
        (world, chance) => HostFaults.AgentFrozen(HostOf(world, chance), chance),
        (world, chance) => HostFaults.StateNotWritable(HostOf(world, chance)),
        (world, chance) => HostFaults.PowerOff(HostOf(world, chance)),
        (world, chance) => HostFaults.PowerOffAndFenced(HostOf(world, chance), chance),
        (world, chance) => HostFaults.Fenced(HostOf(world, chance)),
        (world, chance) => HostFaults.ClockJumps(HostOf(world, chance), chance),
        (world, chance) => HypervisorFaults.Hang(HostOf(world, chance), chance),
        (world, chance) => HypervisorFaults.DaemonRestarts(HostOf(world, chance), chance),
        (world, chance) => HypervisorFaults.CallFails(HostOf(world, chance), chance),
        (world, chance) => HypervisorFaults.JobFails(chance),
        (world, chance) => HypervisorFaults.SlowLink(HostOf(world, chance), chance),
        (world, chance) => HypervisorFaults.HostsCutOff(HostOf(world, chance), HostOf(world, chance), chance),
        (world, chance) => HypervisorFaults.ForeignMigration(HostOf(world, chance), chance),
        (world, chance) => MeshFaults.HostCutOffFromBroker(HostOf(world, chance)),
        (_, _) => MeshFaults.BrokerAway(),
        (world, _) => ServiceFaults.CutOff(world.Migrations),
        (world, _) => ServiceFaults.Killed(world.Migrations),
        (world, chance) => ServiceFaults.KilledAtStore(world.Migrations, chance),
        (world, _) => ServiceFaults.CommitLost(world.Migrations),
        (world, _) => ServiceFaults.StoreFull(world.Migrations),
        (world, chance) => ServiceFaults.Frozen(world.Migrations, chance),
        (world, chance) => ServiceFaults.CutOff(SchedulerOf(world, chance)),
        (world, chance) => ServiceFaults.Killed(SchedulerOf(world, chance)),
        (world, chance) => ServiceFaults.KilledAtStore(SchedulerOf(world, chance), chance),
        (world, chance) => ServiceFaults.CommitLost(SchedulerOf(world, chance)),
        (world, chance) => ServiceFaults.StoreFull(SchedulerOf(world, chance)),
        (world, chance) => ServiceFaults.Frozen(SchedulerOf(world, chance), chance),
        AtPhase,
        AtPhase,
        AtPhase,
    ];

    private static string HostOf(World world, Random chance) => world.Hosts[chance.Next(world.Hosts.Count)].Name.Value;

    private static SchedulerService SchedulerOf(World world, Random chance) => world.Schedulers[chance.Next(world.Schedulers.Count)];

    private static PhaseFault AtPhase(World world, Random chance)
    {
        var (phase, isHandedOver) = chance.Next(8) switch
        {
            0 => (SimulatedPhase.DiskCopy, false),
            1 or 2 => (SimulatedPhase.PreCopy, false),
            3 => (SimulatedPhase.SwitchOver, false),
            4 or 5 => (SimulatedPhase.Completed, true),
            _ => (SimulatedPhase.PostCopy, false),
        };
        var pause = TimeSpan.FromMilliseconds(chance.NextDouble() * (isHandedOver ? 5 : phase is SimulatedPhase.SwitchOver ? 20 : 2000));
        var kind = chance.Next(11);

        // Between hand-over and confirmation only a daemon or a host that dies there makes a difference.
        if (isHandedOver)
            kind = kind < 5 ? 1 : kind < 7 ? 3 : 4;
        var draws = new Random(chance.Next());
        return new PhaseFault(phase, isHandedOver, pause, TimeSpan.FromSeconds(draws.NextDouble() * 30), job => kind switch
        {
            0 => HypervisorFaults.JobFails(job.VmId),
            1 => HypervisorFaults.DaemonRestarts(job.Source.Value, draws),
            2 => HypervisorFaults.DaemonRestarts(job.Destination.Value, draws),
            3 => HostFaults.PowerOff(job.Source.Value),
            4 => HostFaults.PowerOff(job.Destination.Value),
            5 => HostFaults.AgentKilled(job.Source.Value),
            6 => HostFaults.AgentKilled(job.Destination.Value),
            7 => HypervisorFaults.HostsCutOff(job.Source.Value, job.Destination.Value, draws),
            8 => ServiceFaults.Killed(world.Migrations),
            9 => ServiceFaults.Killed(SchedulerOf(world, draws)),
            _ => HypervisorFaults.Hang(job.Source.Value, draws),
        });
    }
}
