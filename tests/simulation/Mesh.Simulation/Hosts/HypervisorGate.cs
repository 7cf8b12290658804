using Mesh.Agent.Hypervisors;
using Mesh.Agent.Simulated;
using Mesh.Contracts.Values;
using Mesh.Simulation.Engine;

namespace Mesh.Simulation.Hosts;

/// <summary>What is wrong with a host's hypervisor at present.</summary>
internal sealed class HypervisorFaultState
{
    /// <summary>Until when it answers nothing.</summary>
    public long HungUntilTicks { get; set; }

    /// <summary>Whether what it was asked while it hung takes effect when it goes on, though the caller has given up.</summary>
    public bool AppliesLate { get; set; }

    /// <summary>Until when nobody can connect to it.</summary>
    public long UnreachableUntilTicks { get; set; }

    /// <summary>The call that fails.</summary>
    public string? FailingCall { get; set; }
}

/// <summary>One agent process' way to the hypervisor of its host: calls take a moment, and some of what is wrong with it shows here.</summary>
internal sealed class HypervisorGate(
    SimulatedProcess agent, SimulatedProcess hardware, HypervisorFaultState faultState, Random random, TimeSpan callTimeout, Action<HostName, string, VmId> told) : IHypervisorGate
{
    private long Now => hardware.EventLoop.Ticks;

    private bool IsUnreachable => Now < faultState.UnreachableUntilTicks;

    /// <inheritdoc />
    public bool DeliversEvents(HostName host) => !IsUnreachable;

    /// <inheritdoc />
    public async Task<T> CallAsync<T>(HostName host, string name, VmId? vm, Func<T> act, CancellationToken cancellation)
    {
        await Task.Delay(CallDelay(), agent.Clock, cancellation);
        RequireReachable(name);
        if (Now < faultState.HungUntilTicks)
            await WaitUntilResponsiveAsync(name, act, cancellation);
        RequireReachable(name);
        if (faultState.FailingCall == name)
            throw new HypervisorException(HypervisorErrorCode.Other, null, $"internal error: {name} failed for no good reason");

        if (vm is { } vmId)
            told(host, name, vmId);
        var result = act();
        await Task.Delay(CallDelay(), agent.Clock, cancellation);
        return result;
    }

    private void RequireReachable(string name)
    {
        if (IsUnreachable)
            throw new HypervisorException(HypervisorErrorCode.Unreachable, null, $"{name}: failed to connect to the hypervisor");
    }

    private async Task WaitUntilResponsiveAsync<T>(string name, Func<T> act, CancellationToken cancellation)
    {
        var hung = TimeSpan.FromTicks(faultState.HungUntilTicks - Now);

        // A migration has no bound in time; it begins when the hypervisor goes on.
        if (hung <= callTimeout || name == nameof(IHypervisor.MigrateAsync))
        {
            await Task.Delay(hung, agent.Clock, cancellation);
            return;
        }

        if (faultState.AppliesLate)
            hardware.Post(() => ApplyLate(act), hung);
        await Task.Delay(callTimeout, agent.Clock, cancellation);
        throw new HypervisorException(HypervisorErrorCode.TimedOut, null, $"{name} was not answered within {callTimeout.TotalSeconds:0} s");
    }

    private static void ApplyLate<T>(Func<T> act)
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

    private TimeSpan CallDelay() => TimeSpan.FromMilliseconds(0.1 + random.NextDouble() * 3);
}
