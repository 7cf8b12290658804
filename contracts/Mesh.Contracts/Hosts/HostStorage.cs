namespace Mesh.Contracts.Hosts;

/// <summary>Storage that a host reaches: a libvirt storage pool, or a file system that other hosts reach too.</summary>
/// <param name="Name">The pool's name, or the file system's source such as <c>nas:/vms</c>; the same on every host that reaches it.</param>
/// <param name="Path">Where its files are on the host; empty if it has none.</param>
/// <param name="IsShared">Whether other hosts may reach the same data.</param>
public sealed record HostStorage(string Name, string Path, bool IsShared);
