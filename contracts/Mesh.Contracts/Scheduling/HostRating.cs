using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>How a host is rated as the destination of a machine.</summary>
/// <param name="Host">The host.</param>
/// <param name="Score">The sum of its terms, larger is better; 0 where something speaks against it.</param>
/// <param name="Refusals">What speaks against it; empty if it can take the machine.</param>
/// <param name="Terms">What its score is made of.</param>
public sealed record HostRating(HostName Host, double Score, IReadOnlyList<Refusal> Refusals, IReadOnlyList<RatingTerm> Terms);
