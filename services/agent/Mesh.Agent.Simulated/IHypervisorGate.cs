using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

/// <summary>
/// Intercepts an agent's calls to the hypervisor of its host, so that a simulation can delay them, hang them, or make them fail although
/// they take effect.
/// </summary>
internal interface IHypervisorGate
{
    /// <summary>Whether the hypervisor currently delivers events to the agent.</summary>
    bool DeliversEvents(HostName host);

    /// <summary>Makes a call, or fails it.</summary>
    /// <param name="host">The host.</param>
    /// <param name="name">The name of the call.</param>
    /// <param name="vm">The VM concerned; null for none, or where it does not matter.</param>
    /// <param name="act">The call; it may be made after this method returns, or never.</param>
    /// <param name="cancellation">The caller stops waiting.</param>
    Task<T> CallAsync<T>(HostName host, string name, VmId? vm, Func<T> act, CancellationToken cancellation);
}
