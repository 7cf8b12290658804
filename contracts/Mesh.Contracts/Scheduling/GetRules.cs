namespace Mesh.Contracts.Scheduling;

/// <summary>Asks for the placement rules that count; answered by <see cref="RulesAnswer"/>.</summary>
public sealed record GetRules;
