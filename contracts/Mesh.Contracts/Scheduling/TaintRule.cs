namespace Mesh.Contracts.Scheduling;

/// <summary>Hosts on which only some VMs may be placed.</summary>
/// <param name="Name">Its name, unique among all rules: lower-case letters, digits and hyphens.</param>
/// <param name="Hosts">Labels of the hosts, all of them.</param>
/// <param name="ToleratedBy">Labels that a VM must have to be allowed there, all of them; empty for no VM.</param>
/// <param name="Hard">Whether other VMs are rejected; otherwise they are only placed elsewhere where possible.</param>
/// <param name="Weight">How strongly other VMs are placed elsewhere, 1 to 100; ignored for a hard rule.</param>
public sealed record TaintRule(
    string Name, IReadOnlyList<LabelRequirement> Hosts, IReadOnlyDictionary<string, string> ToleratedBy, bool Hard = true, int Weight = 50);
