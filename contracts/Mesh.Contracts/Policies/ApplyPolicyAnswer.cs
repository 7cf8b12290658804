using System.Text.Json.Serialization;
using Mesh.Contracts.Documents;
using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Policies;

/// <summary>The result of saving a policy.</summary>
/// <param name="Policy">The saved policy; null if it was refused.</param>
/// <param name="Diagnostics">Every error in the document; if there is one, nothing was saved.</param>
[MessageName("apply-policy-answer")]
public sealed record ApplyPolicyAnswer([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] PolicyView? Policy, IReadOnlyList<DocumentDiagnostic> Diagnostics);
