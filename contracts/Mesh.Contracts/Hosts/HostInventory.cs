using System.Text.Json.Serialization;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Contracts.Hosts;

/// <summary>A host and the VMs that it knows: sent by its agent at start, on every change, and periodically.</summary>
/// <param name="Host">The host.</param>
/// <param name="AgentEpoch">Start time of the agent process in milliseconds since 1970; a later process has a larger one.</param>
/// <param name="Sequence">Rises with each inventory of one agent process; an inventory with a lower number than one already seen is dropped.</param>
/// <param name="At">When it was taken, by the host's clock.</param>
/// <param name="Capacity">CPUs and memory.</param>
/// <param name="Hypervisor">The hypervisor.</param>
/// <param name="MigrationTarget">The libvirt URI at which another host's libvirt reaches this one, such as <c>qemu+tcp://hostb/system</c>.</param>
/// <param name="Vms">Every VM that the hypervisor knows, running or not; each UUID once.</param>
/// <param name="Labels">Labels for placement; null for none.</param>
/// <param name="Networks">Bridges and active libvirt networks that a VM can be connected to; null if unknown.</param>
/// <param name="Storage">Storage that the host reaches; null if unknown.</param>
[MessageName("host-inventory")]
public sealed record HostInventory(
    HostName Host,
    [property: Limits(1, MessageLimits.AgentEpochMax)] long AgentEpoch,
    long Sequence,
    DateTimeOffset At,
    HostCapacity Capacity,
    HypervisorInfo Hypervisor,
    string MigrationTarget,
    [property: Limits(0, MessageLimits.VmsPerHostMax)] IReadOnlyList<VmDescription> Vms,
    IReadOnlyDictionary<string, string>? Labels = null,
    IReadOnlyList<string>? Networks = null,
    IReadOnlyList<HostStorage>? Storage = null) : IJsonOnDeserializing
{
    private int _protocolVersion = AgentProtocol.Current;

    /// <summary>The agent's <see cref="AgentProtocol"/> version; an agent that leaves it out counts as version 1. Agents of an older version are rejected.</summary>
    public int ProtocolVersion
    {
        get => _protocolVersion;
        init => _protocolVersion = value;
    }

    void IJsonOnDeserializing.OnDeserializing() => _protocolVersion = AgentProtocol.Unversioned;
}
