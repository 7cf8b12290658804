using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>The answer to <see cref="AdmitMigration"/> or <see cref="RejectMigration"/>.</summary>
/// <param name="Accepted">Whether it was accepted, now or earlier.</param>
/// <param name="Explanation">Why not; empty if it was accepted.</param>
[MessageName("admission-answer")]
public sealed record AdmissionAnswer(bool Accepted, string Explanation = "");
