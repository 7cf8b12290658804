using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Policies;

/// <summary>Asks which policy counts for a VM.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Named">A policy that the request names; it wins over everything else. Null for none.</param>
[MessageName("resolve-policy")]
public sealed record ResolvePolicy(VmId Vm, IReadOnlyDictionary<string, string> Labels, string? Named = null);
