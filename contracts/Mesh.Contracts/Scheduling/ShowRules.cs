namespace Mesh.Contracts.Scheduling;

/// <summary>Asks for the placement rules that count; answered by <see cref="KeptRules"/>.</summary>
public sealed record ShowRules;
