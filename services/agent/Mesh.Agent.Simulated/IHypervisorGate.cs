using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

/// <summary>
/// Stands between an agent and the hypervisor of its host, so that a simulation can make calls slow, hang or fail, and take
/// effect all the same.
/// </summary>
internal interface IHypervisorGate
{
    /// <summary>Whether the hypervisor tells the agent what happens now.</summary>
    bool DeliversEvents(HostName host);

    /// <summary>Makes a call, or does not.</summary>
    /// <param name="host">The host.</param>
    /// <param name="name">What is called.</param>
    /// <param name="vm">The machine that it is about; null for none, or where nobody need know.</param>
    /// <param name="act">The call itself; may be made later than it returns, or never.</param>
    /// <param name="cancellation">The caller has given up.</param>
    Task<T> CallAsync<T>(HostName host, string name, VmId? vm, Func<T> act, CancellationToken cancellation);
}
