namespace Mesh.Contracts.Migrations;

/// <summary>A change to a running migration, as it records it: by a person, a program or its policy.</summary>
/// <param name="ChangeId">Its identity.</param>
/// <param name="RequestedBy">Who changed it; <c>policy NAME</c> for the policy.</param>
/// <param name="Reason">Why; may be empty.</param>
/// <param name="Description">What was asked for.</param>
/// <param name="At">When.</param>
public sealed record MigrationChange(string ChangeId, string RequestedBy, string Reason, string Description, DateTimeOffset At)
{
    /// <summary>What became of each parameter; null until the host has answered.</summary>
    public IReadOnlyList<ParameterAnswer>? Answers { get; init; }
}
