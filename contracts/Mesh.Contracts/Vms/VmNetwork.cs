namespace Mesh.Contracts.Vms;

/// <summary>A network interface of a VM, from the <c>interface</c> element of its domain XML.</summary>
/// <param name="Kind">How it is connected, such as <c>bridge</c>, <c>network</c>, <c>direct</c> or <c>user</c>.</param>
/// <param name="Source">The bridge, network or device; empty if there is none.</param>
/// <param name="Model">The device that the VM sees, such as <c>virtio</c>; empty if unknown.</param>
/// <param name="MacAddress">Its hardware address; empty if unknown.</param>
public sealed record VmNetwork(string Kind, string Source, string Model, string MacAddress);
