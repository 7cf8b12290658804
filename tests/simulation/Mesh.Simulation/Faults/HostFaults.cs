using Mesh.Agent.Simulated;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Simulation.Hosts;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Faults;

/// <summary>Faults of hosts and their agents.</summary>
internal static class HostFaults
{
    /// <summary>The agent is killed and restarted later.</summary>
    public static Fault AgentKilled(string host) => new DelegateFault(
        $"agent of {host} killed",
        world => ApplyIf(() => FindHost(world, host).KillAgent(), FindHost(world, host).Agent is not null),
        world => FindHost(world, host).StartAgent());

    /// <summary>The agent is killed and its state deleted.</summary>
    public static Fault AgentStateLost(string host) => new DelegateFault(
        $"agent of {host} killed and its state lost",
        world => ApplyIf(
            () =>
            {
                FindHost(world, host).KillAgent();
                FindHost(world, host).LoseAgentState();
            },
            FindHost(world, host).Agent is not null && (FaultLimits.StateLossAfterClockJump || !FindHost(world, host).ClockHasJumped) && (FaultLimits.StateLossDuringJob || world.Cluster.ListJobs().All(job => job.Source.Value != host))
                && (FaultLimits.StateLossWithoutAbort || !RunsWithoutAbort(world, host))),
        world => FindHost(world, host).StartAgent());

    private static bool RunsWithoutAbort(World world, string host) => world.MigrationsStore.ReadMigrations()
        .Any(migration => !migration.HasEnded && migration.Source?.Value == host && migration.Policy?.Policy.LastResort.Contains(PolicyActionKind.Abort) is not true);

    /// <summary>The agent freezes and then continues.</summary>
    public static Fault AgentFrozen(string host, Random random)
    {
        var time = TimeSpan.FromSeconds(1 + random.NextDouble() * 30);
        return new DelegateFault($"agent of {host} frozen for {time.TotalSeconds:0} s", world => ApplyIf(
            () => FindHost(world, host).Agent!.Freeze(time), FindHost(world, host).Agent is not null));
    }

    /// <summary>The agent cannot write its state.</summary>
    public static Fault StateNotWritable(string host) => new DelegateFault(
        $"agent of {host} cannot write its state",
        world => ApplyIf(() => FindHost(world, host).BlockState(), FindHost(world, host).Agent is not null),
        world => FindHost(world, host).UnblockState());

    /// <summary>The host loses power and boots again later, with nothing running.</summary>
    public static Fault PowerOff(string host) => new DelegateFault(
        $"{host} without power",
        world => ApplyIf(() => FindHost(world, host).PowerOff(), FindHost(world, host).IsOn && MayPowerOff(world, host)),
        world => FindHost(world, host).PowerOn());

    /// <summary>The host loses power, and an operator confirms to the mesh that it is off.</summary>
    public static Fault PowerOffAndFenced(string host, Random random)
    {
        var pause = TimeSpan.FromSeconds(random.NextDouble() * 40);
        return new DelegateFault(
            $"{host} without power, fenced by an operator",
            world => ApplyIf(
                () =>
                {
                    FindHost(world, host).PowerOff();
                    world.Network.Post(() => ConfirmFence(world, host), pause);
                },
                FindHost(world, host).IsOn && MayPowerOff(world, host)),
            world => FindHost(world, host).PowerOn());
    }

    /// <summary>An operator has the host fenced; it is powered on again later.</summary>
    public static Fault Fenced(string host) => new DelegateFault(
        $"{host} to be fenced",
        world => ApplyIf(() => world.Operators.Fence(new HostName(host), isConfirmed: false)),
        world => FindHost(world, host).PowerOn());

    private static void ConfirmFence(World world, string host)
    {
        if (!FindHost(world, host).IsOn)
            world.Operators.Fence(new HostName(host), isConfirmed: true);
    }

    /// <summary>The host's wall clock jumps, and jumps back at the end.</summary>
    public static Fault ClockJumps(string host, Random random)
    {
        var jump = TimeSpan.FromSeconds(random.NextDouble() * 40 - 20);
        return new DelegateFault(
            $"clock of {host} jumps by {jump.TotalSeconds:0} s",
            world => ApplyIf(() => FindHost(world, host).AdjustClock(jump)),
            world => FindHost(world, host).AdjustClock(-jump));
    }

    private static bool MayPowerOff(World world, string host) => world.Cluster.ListJobs().All(job =>
        (job.Source.Value != host && job.Destination.Value != host)
        || ((FaultLimits.PostCopyMayFail || job.Phase is not SimulatedPhase.PostCopy) && (FaultLimits.OrphansMayRemain || !job.IsHandedOver)));

    private static HostNode FindHost(World world, string host) => world.Host(new HostName(host));

    private static bool ApplyIf(Action act, bool isPossible = true)
    {
        if (isPossible)
            act();
        return isPossible;
    }
}
