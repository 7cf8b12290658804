namespace Mesh.Contracts.Scheduling;

/// <summary>Hosts that only some machines may come to.</summary>
/// <param name="Name">Its name, unique among all rules: lower-case letters, digits and hyphens.</param>
/// <param name="Hosts">Which hosts: what they must bear, all of it.</param>
/// <param name="ToleratedBy">Labels that a machine must bear to be allowed there, all of them; empty for no machine.</param>
/// <param name="Hard">Whether others are refused; otherwise they are only kept away where possible.</param>
/// <param name="Weight">How much they are kept away, 1 to 100; means nothing where it is hard.</param>
public sealed record TaintRule(
    string Name, IReadOnlyList<LabelRequirement> Hosts, IReadOnlyDictionary<string, string> ToleratedBy, bool Hard = true, int Weight = 50);
