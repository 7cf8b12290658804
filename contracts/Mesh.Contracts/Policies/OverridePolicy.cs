using System.Text.Json.Serialization;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Policies;

/// <summary>Asks that a policy counts for one VM, or that its own one counts no more.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Name">The policy's name; null takes the VM's own one away.</param>
/// <param name="RequestedBy">Who asks, for the audit.</param>
[MessageName("override-policy")]
public sealed record OverridePolicy(VmId Vm, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Name, string RequestedBy);
