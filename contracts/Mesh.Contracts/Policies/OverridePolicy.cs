using System.Text.Json.Serialization;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Policies;

/// <summary>Asks to set or remove the policy override of a VM.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Name">The policy's name; null removes the override.</param>
/// <param name="RequestedBy">Who requests it, for the audit log.</param>
[MessageName("override-policy")]
public sealed record OverridePolicy(VmId Vm, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Name, string RequestedBy);
