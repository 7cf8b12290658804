using System.Text.Json.Serialization;
using Mesh.Contracts.Documents;
using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Policies;

/// <summary>What became of a policy that was to be kept.</summary>
/// <param name="Policy">The policy as it is saved; null if it was refused.</param>
/// <param name="Diagnostics">Everything that is wrong with it; then nothing was saved.</param>
[MessageName("apply-policy-answer")]
public sealed record ApplyPolicyAnswer([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] PolicyView? Policy, IReadOnlyList<DocumentDiagnostic> Diagnostics);
