using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>How a host is rated as the destination of a VM.</summary>
/// <param name="Host">The host.</param>
/// <param name="Score">The sum of its terms, larger is better; 0 if it is not eligible.</param>
/// <param name="Refusals">Why it is not eligible; empty if it is.</param>
/// <param name="Terms">What its score is made of.</param>
public sealed record HostRating(HostName Host, double Score, IReadOnlyList<Refusal> Refusals, IReadOnlyList<RatingTerm> Terms);
