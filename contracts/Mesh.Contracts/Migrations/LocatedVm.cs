using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Contracts.Migrations;

/// <summary>A VM and the host that reports it.</summary>
/// <param name="Host">The host.</param>
/// <param name="Vm">Its description there.</param>
public sealed record LocatedVm(HostName Host, VmDescription Vm);
