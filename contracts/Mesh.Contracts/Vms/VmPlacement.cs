namespace Mesh.Contracts.Vms;

/// <summary>The placement that a VM requests in the metadata of its domain.</summary>
/// <param name="PinnedToHost">Whether it stays on its host.</param>
/// <param name="HostSelector">Labels that its host must have, all of them; <c>host</c> is every host's own name. Empty for none.</param>
public sealed record VmPlacement(bool PinnedToHost, IReadOnlyDictionary<string, string> HostSelector);
