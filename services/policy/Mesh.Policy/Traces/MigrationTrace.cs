using Mesh.Policy.Model;

namespace Mesh.Policy.Traces;

/// <summary>A migration's telemetry, to try policies on.</summary>
/// <param name="Subject">The migration. Whether post-copy is armed is left to the policy that is tried.</param>
/// <param name="Samples">Its telemetry, in order of time.</param>
public sealed record MigrationTrace(PlanSubject Subject, IReadOnlyList<CopySample> Samples);
