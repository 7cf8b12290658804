using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>The result of a request to drain or to undo a drain.</summary>
/// <param name="Drain">The drain with its plan, as it would be for a dry run; null if it was refused.</param>
/// <param name="Explanation">Why it was refused; empty otherwise.</param>
/// <param name="IsNotFound">Whether it was refused because there is no such host or drain.</param>
[MessageName("drain-answer")]
public sealed record DrainAnswer(DrainView? Drain, string Explanation = "", bool IsNotFound = false);
