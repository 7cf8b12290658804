using Mesh.Agent.Simulated;
using Mesh.Contracts.Values;
using Mesh.Simulation.Hosts;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Faults;

/// <summary>What goes wrong with hosts and their agents.</summary>
internal static class HostFaults
{
    /// <summary>The agent is killed and started again later.</summary>
    public static Fault AgentKilled(string host) => new Deed(
        $"agent of {host} killed",
        world => Do(() => Of(world, host).KillAgent(), Of(world, host).Agent is not null),
        world => Of(world, host).StartAgent());

    /// <summary>The agent is killed and its state is gone.</summary>
    public static Fault AgentForgets(string host) => new Deed(
        $"agent of {host} killed and its state lost",
        world => Do(
            () =>
            {
                Of(world, host).KillAgent();
                Of(world, host).Forget();
            },
            Of(world, host).Agent is not null && (Limits.AmnesiaMayMeetAClock || !Of(world, host).HasJumped) && (Limits.AmnesiaMayMeetAJob || world.Cluster.Jobs().All(job => job.Source.Value != host))),
        world => Of(world, host).StartAgent());

    /// <summary>The agent stands still and then goes on.</summary>
    public static Fault AgentFrozen(string host, Random chance)
    {
        var time = TimeSpan.FromSeconds(1 + chance.NextDouble() * 30);
        return new Deed($"agent of {host} frozen for {time.TotalSeconds:0} s", world => Do(
            () => Of(world, host).Agent!.Freeze(time), Of(world, host).Agent is not null));
    }

    /// <summary>The agent cannot write its state.</summary>
    public static Fault StateNotWritable(string host) => new Deed(
        $"agent of {host} cannot write its state",
        world => Do(() => Of(world, host).BlockState(), Of(world, host).Agent is not null),
        world => Of(world, host).UnblockState());

    /// <summary>The host loses its power and has it again later, with nothing running.</summary>
    public static Fault PowerOff(string host) => new Deed(
        $"{host} without power",
        world => Do(() => Of(world, host).PowerOff(), Of(world, host).IsOn && MayLose(world, host)),
        world => Of(world, host).PowerOn());

    /// <summary>The host loses its power, and an operator who has seen that says so to the mesh.</summary>
    public static Fault PowerOffAndFenced(string host, Random chance)
    {
        var pause = TimeSpan.FromSeconds(chance.NextDouble() * 40);
        return new Deed(
            $"{host} without power, fenced by an operator",
            world => Do(
                () =>
                {
                    Of(world, host).PowerOff();
                    world.Network.Post(() => Confirm(world, host), pause);
                },
                Of(world, host).IsOn && MayLose(world, host)),
            world => Of(world, host).PowerOn());
    }

    /// <summary>An operator has the host fenced; it has power again later.</summary>
    public static Fault Fenced(string host) => new Deed(
        $"{host} to be fenced",
        world => Do(() => world.Operators.Fence(new HostName(host), isConfirmed: false)),
        world => Of(world, host).PowerOn());

    private static void Confirm(World world, string host)
    {
        if (!Of(world, host).IsOn)
            world.Operators.Fence(new HostName(host), isConfirmed: true);
    }

    /// <summary>The host's wall clock jumps, and back at the end.</summary>
    public static Fault ClockJumps(string host, Random chance)
    {
        var jump = TimeSpan.FromSeconds(chance.NextDouble() * 40 - 20);
        return new Deed(
            $"clock of {host} jumps by {jump.TotalSeconds:0} s",
            world => Do(() => Of(world, host).Jump(jump)),
            world => Of(world, host).Jump(-jump));
    }

    private static bool MayLose(World world, string host) => world.Cluster.Jobs().All(job =>
        (job.Source.Value != host && job.Destination.Value != host)
        || ((Limits.PostCopyMayFail || job.Phase is not SimulatedPhase.PostCopy) && (Limits.StraysMayStay || !job.IsHandedOver)));

    private static HostMachine Of(World world, string host) => world.Host(new HostName(host));

    private static bool Do(Action act, bool isPossible = true)
    {
        if (isPossible)
            act();
        return isPossible;
    }
}
