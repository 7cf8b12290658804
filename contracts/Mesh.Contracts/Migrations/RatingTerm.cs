namespace Mesh.Contracts.Migrations;

/// <summary>One part of a host's score.</summary>
/// <param name="Name">What is rated, such as <c>free memory</c>.</param>
/// <param name="Points">The points it adds or, if negative, subtracts.</param>
/// <param name="Explanation">Why, such as <c>48 GiB of 64 GiB free</c>.</param>
public sealed record RatingTerm(string Name, double Points, string Explanation);
