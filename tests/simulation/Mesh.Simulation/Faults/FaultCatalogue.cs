using Mesh.Agent.Simulated;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Faults;

/// <summary>All kinds of faults that a run may have.</summary>
internal static class FaultCatalogue
{
    /// <summary>Each factory creates a random fault of its kind.</summary>
    public static readonly IReadOnlyList<Func<World, Random, Fault>> Factories =
    [
        (world, random) => HostFaults.AgentKilled(HostOf(world, random)),
        (world, random) => HostFaults.AgentKilled(HostOf(world, random)),
        (world, random) => HostFaults.AgentStateLost(HostOf(world, random)),
        (world, random) => HostFaults.AgentFrozen(HostOf(world, random), random),
        (world, random) => HostFaults.StateNotWritable(HostOf(world, random)),
        (world, random) => HostFaults.PowerOff(HostOf(world, random)),
        (world, random) => HostFaults.PowerOffAndFenced(HostOf(world, random), random),
        (world, random) => HostFaults.Fenced(HostOf(world, random)),
        (world, random) => HostFaults.ClockJumps(HostOf(world, random), random),
        (world, random) => HypervisorFaults.Hang(HostOf(world, random), random),
        (world, random) => HypervisorFaults.DaemonRestarts(HostOf(world, random), random),
        (world, random) => HypervisorFaults.CallFails(HostOf(world, random), random),
        (world, random) => HypervisorFaults.JobFails(random),
        (world, random) => HypervisorFaults.SlowLink(HostOf(world, random), random),
        (world, random) => HypervisorFaults.HostsCutOff(HostOf(world, random), HostOf(world, random), random),
        (world, random) => HypervisorFaults.ExternalMigration(HostOf(world, random), random),
        (world, random) => MeshFaults.HostCutOffFromBroker(HostOf(world, random)),
        (_, _) => MeshFaults.BrokerDown(),
        (world, _) => ServiceFaults.CutOff(world.Migrations),
        (world, _) => ServiceFaults.Killed(world.Migrations),
        (world, random) => ServiceFaults.KilledAtStore(world.Migrations, random),
        (world, _) => ServiceFaults.CommitLost(world.Migrations),
        (world, _) => ServiceFaults.StoreFull(world.Migrations),
        (world, random) => ServiceFaults.Frozen(world.Migrations, random),
        (world, random) => ServiceFaults.CutOff(SchedulerOf(world, random)),
        (world, random) => ServiceFaults.Killed(SchedulerOf(world, random)),
        (world, random) => ServiceFaults.KilledAtStore(SchedulerOf(world, random), random),
        (world, random) => ServiceFaults.CommitLost(SchedulerOf(world, random)),
        (world, random) => ServiceFaults.StoreFull(SchedulerOf(world, random)),
        (world, random) => ServiceFaults.Frozen(SchedulerOf(world, random), random),
        AtPhase,
        AtPhase,
        AtPhase,
    ];

    private static string HostOf(World world, Random random) => world.Hosts[random.Next(world.Hosts.Count)].Name.Value;

    private static SchedulerService SchedulerOf(World world, Random random) => world.Schedulers[random.Next(world.Schedulers.Count)];

    private static PhaseFault AtPhase(World world, Random random)
    {
        var (phase, isHandedOver) = random.Next(8) switch
        {
            0 => (SimulatedPhase.DiskCopy, false),
            1 or 2 => (SimulatedPhase.PreCopy, false),
            3 => (SimulatedPhase.SwitchOver, false),
            4 or 5 => (SimulatedPhase.Completed, true),
            _ => (SimulatedPhase.PostCopy, false),
        };
        var pause = TimeSpan.FromMilliseconds(random.NextDouble() * (isHandedOver ? 5 : phase is SimulatedPhase.SwitchOver ? 20 : 2000));
        var kind = random.Next(11);

        // Between handover and confirmation only the failure of a daemon or a host makes a difference.
        if (isHandedOver)
            kind = kind < 5 ? 1 : kind < 7 ? 3 : 4;
        var draws = new Random(random.Next());
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
