namespace Mesh.Contracts.Scheduling;

/// <summary>VMs with certain labels belong on hosts with certain labels.</summary>
/// <param name="Name">Its name, unique among all rules: lower-case letters, digits and hyphens.</param>
/// <param name="Vms">Labels that a VM must have for the rule to apply, all of them; empty for every VM.</param>
/// <param name="Hosts">Labels that the host must have, all of them.</param>
/// <param name="Required">Whether no other host is eligible; otherwise such a host is only preferred.</param>
/// <param name="Weight">How strongly a preferred host is preferred, 1 to 100; ignored for a required one.</param>
public sealed record HostAffinityRule(
    string Name, IReadOnlyDictionary<string, string> Vms, IReadOnlyList<LabelRequirement> Hosts, bool Required = true, int Weight = 50);
