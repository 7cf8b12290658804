namespace Mesh.Contracts.Scheduling;

/// <summary>VMs that must share a host, or must not.</summary>
/// <param name="Name">Its name, unique among all rules: lower-case letters, digits and hyphens.</param>
/// <param name="Vms">Labels of the VMs, all of them; at least one.</param>
/// <param name="Apart">Whether they must be on different hosts; otherwise on the same.</param>
/// <param name="Hard">Whether the rule must hold (an evacuation may be allowed to violate it); otherwise it is only preferred.</param>
/// <param name="Weight">How strongly it is preferred, 1 to 100; ignored for a hard rule.</param>
public sealed record VmAffinityRule(string Name, IReadOnlyDictionary<string, string> Vms, bool Apart, bool Hard = true, int Weight = 50);
