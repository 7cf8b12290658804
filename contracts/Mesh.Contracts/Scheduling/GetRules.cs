using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>Asks for the placement rules in effect; answered by <see cref="RulesAnswer"/>.</summary>
[MessageName("get-rules")]
public sealed record GetRules;
