using Mesh.Contracts.Values;

namespace Mesh.Agent.Hypervisors;

/// <summary>A machine's state at one moment.</summary>
/// <param name="Id">The machine.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">What it does, as far as migrations care.</param>
/// <param name="Detail">The hypervisor's own words, such as <c>running (migrated)</c>.</param>
public sealed record VmState(VmId Id, string Name, VmRunState State, string Detail);
