using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Policies;

/// <summary>Asks for the effective policy of a VM.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Named">The policy that the request names, which takes precedence. Null for none.</param>
[MessageName("resolve-policy")]
public sealed record ResolvePolicy(VmId Vm, IReadOnlyDictionary<string, string> Labels, string? Named = null);
