using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>What became of an admission or dismissal.</summary>
/// <param name="Accepted">Whether it counts, now or since before.</param>
/// <param name="Explanation">Why not; empty if it was accepted.</param>
[MessageName("admission-answer")]
public sealed record AdmissionAnswer(bool Accepted, string Explanation = "");
