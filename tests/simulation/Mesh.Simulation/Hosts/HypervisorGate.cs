using Mesh.Agent.Hypervisors;
using Mesh.Agent.Simulated;
using Mesh.Contracts.Values;
using Mesh.Simulation.Running;

namespace Mesh.Simulation.Hosts;

/// <summary>What is wrong with a host's hypervisor at present.</summary>
internal sealed class HypervisorTrouble
{
    /// <summary>Until when it answers nothing.</summary>
    public long HungUntilTicks { get; set; }

    /// <summary>Whether what it was asked while it hung takes effect when it goes on, though the caller has given up.</summary>
    public bool ActsLate { get; set; }

    /// <summary>Until when nobody can connect to it.</summary>
    public long UnreachableUntilTicks { get; set; }

    /// <summary>The call that fails.</summary>
    public string? FailingCall { get; set; }
}

/// <summary>One agent process' way to the hypervisor of its host: calls take a moment, and some of what is wrong with it shows here.</summary>
internal sealed class HypervisorGate(
    SimulatedProcess agent, SimulatedProcess hardware, HypervisorTrouble trouble, Random chance, TimeSpan callTimeout, Action<HostName, string, VmId> told) : IHypervisorGate
{
    private long Now => hardware.Pump.Ticks;

    private bool IsUnreachable => Now < trouble.UnreachableUntilTicks;

    /// <inheritdoc />
    public bool TellsEvents(HostName host) => !IsUnreachable;

    /// <inheritdoc />
    public async Task<T> CallAsync<T>(HostName host, string name, VmId? vm, Func<T> act, CancellationToken cancellation)
    {
        await Task.Delay(Moment(), agent.Clock, cancellation);
        RequireReachable(name);
        if (Now < trouble.HungUntilTicks)
            await WaitOutAsync(name, act, cancellation);
        RequireReachable(name);
        if (trouble.FailingCall == name)
            throw new HypervisorException(HypervisorErrorCode.Other, null, $"internal error: {name} failed for no good reason");

        if (vm is { } machine)
            told(host, name, machine);
        var result = act();
        await Task.Delay(Moment(), agent.Clock, cancellation);
        return result;
    }

    private void RequireReachable(string name)
    {
        if (IsUnreachable)
            throw new HypervisorException(HypervisorErrorCode.Unreachable, null, $"{name}: failed to connect to the hypervisor");
    }

    private async Task WaitOutAsync<T>(string name, Func<T> act, CancellationToken cancellation)
    {
        var hung = TimeSpan.FromTicks(trouble.HungUntilTicks - Now);

        // A migration has no bound in time; it begins when the hypervisor goes on.
        if (hung <= callTimeout || name == nameof(IHypervisor.MigrateAsync))
        {
            await Task.Delay(hung, agent.Clock, cancellation);
            return;
        }

        if (trouble.ActsLate)
            hardware.Post(() => ActLate(act), hung);
        await Task.Delay(callTimeout, agent.Clock, cancellation);
        throw new HypervisorException(HypervisorErrorCode.TimedOut, null, $"{name} was not answered within {callTimeout.TotalSeconds:0} s");
    }

    private static void ActLate<T>(Func<T> act)
    {
        try
        {
            act();
        }
        catch (HypervisorException)
        {
            // Nobody waits for the answer.
        }
    }

    private TimeSpan Moment() => TimeSpan.FromMilliseconds(0.1 + chance.NextDouble() * 3);
}
