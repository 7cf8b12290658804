using Mesh.Agent.Hypervisors;
using Mesh.Agent.Simulated;
using Mesh.Contracts.Values;
using Mesh.Simulation.Engine;

namespace Mesh.Simulation.Hosts;

/// <summary>The current faults of a host's hypervisor.</summary>
internal sealed class HypervisorFaultState
{
    /// <summary>Until when it hangs.</summary>
    public long HungUntilTicks { get; set; }

    /// <summary>Whether calls made while it hangs take effect afterwards, although the caller has timed out.</summary>
    public bool AppliesLate { get; set; }

    /// <summary>Until when it is unreachable.</summary>
    public long UnreachableUntilTicks { get; set; }

    /// <summary>The call that fails; null for none.</summary>
    public string? FailingCall { get; set; }
}

/// <summary>An agent process's connection to its host's hypervisor: calls take time, and the hypervisor's faults take effect here.</summary>
internal sealed class HypervisorGate(
    SimulatedProcess agent, SimulatedProcess hardware, HypervisorFaultState faultState, Random random, TimeSpan callTimeout, Action<HostName, string, VmId> onCall) : IHypervisorGate
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
            throw new HypervisorException(HypervisorErrorCode.Other, null, $"internal error: {name} failed because of an injected fault");

        if (vm is { } vmId)
            onCall(host, name, vmId);
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

        // The migration call has no timeout; it starts when the hypervisor responds again.
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
            // The caller has already timed out.
        }
    }

    private TimeSpan CallDelay() => TimeSpan.FromMilliseconds(0.1 + random.NextDouble() * 3);
}
