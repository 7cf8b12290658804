using System.Text.Json.Serialization;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Contracts.Hosts;

/// <summary>
/// The complete state of a host at one tick: the status of every VM there and a sample of every migration. What it does
/// not name is not there. Repeating or reordering reports does no harm: a reader keeps the newest by
/// (<see cref="AgentEpoch"/>, <see cref="Sequence"/>) and drops the rest.
/// </summary>
/// <param name="Host">The host.</param>
/// <param name="AgentEpoch">Start time of the agent process in milliseconds since 1970; a later process has a larger one.</param>
/// <param name="Sequence">Rises with each report of one agent process.</param>
/// <param name="At">When it was taken, by the host's clock.</param>
/// <param name="HypervisorReachable">Whether the hypervisor responded; if not, a VM that is missing from <see cref="Vms"/> may still be there.</param>
/// <param name="Vms">The status of every VM that the hypervisor knows; each UUID once.</param>
/// <param name="Migrations">A sample of every migration that runs on this host as its source, or was just received by it.</param>
[MessageName("host-report")]
public sealed record HostReport(
    HostName Host,
    [property: Limits(1, MessageLimits.AgentEpochMax)] long AgentEpoch,
    long Sequence,
    DateTimeOffset At,
    bool HypervisorReachable,
    [property: Limits(0, MessageLimits.VmsPerHostMax)] IReadOnlyList<VmStatusReport> Vms,
    [property: Limits(0, MessageLimits.VmsPerHostMax)] IReadOnlyList<MigrationSample> Migrations) : IJsonOnDeserializing
{
    private int _protocolVersion = AgentProtocol.Current;

    /// <summary>
    /// The host's UUID, as in <see cref="HypervisorInfo.HostUuid"/>; null if the agent has not read it yet or gives none. Two hosts with one
    /// name are told apart by it.
    /// </summary>
    [Limits(0, MessageLimits.NameLengthMax)]
    public string? HostUuid { get; init; }

    /// <summary>The agent's <see cref="AgentProtocol"/> version; an agent that leaves it out counts as version 1. Agents of an older version are rejected.</summary>
    public int ProtocolVersion
    {
        get => _protocolVersion;
        init => _protocolVersion = value;
    }

    void IJsonOnDeserializing.OnDeserializing() => _protocolVersion = AgentProtocol.Unversioned;
}
