using System.Text.Json.Serialization;

namespace Mesh.Contracts.Migrations;

/// <summary>A change to a migration, as the migration records it.</summary>
/// <param name="ChangeId">Its identity.</param>
/// <param name="Origin">What kind of requester made it.</param>
/// <param name="RequestedBy">Who made it: the person's or program's name, or the policy's.</param>
/// <param name="Reason">Why; may be empty.</param>
/// <param name="Description">What was requested, for people.</param>
/// <param name="At">When.</param>
public sealed record MigrationChange(string ChangeId, ChangeOrigin Origin, string RequestedBy, string Reason, string Description, DateTimeOffset At)
{
    /// <summary>The result for each parameter; null until the host has answered.</summary>
    public IReadOnlyList<ParameterAnswer>? Answers { get; init; }
}

/// <summary>What kind of requester changes a migration.</summary>
public enum ChangeOrigin
{
    /// <summary>A person, or a program on a person's behalf.</summary>
    [JsonStringEnumMemberName("operator")]
    Operator,

    /// <summary>The policy that the migration follows.</summary>
    [JsonStringEnumMemberName("policy")]
    Policy,

    /// <summary>The request's own timeout action.</summary>
    [JsonStringEnumMemberName("request")]
    Request,

    /// <summary>The scheduler, which shares links among migrations.</summary>
    [JsonStringEnumMemberName("scheduler")]
    Scheduler,

    /// <summary>The recovery of a broken post-copy.</summary>
    [JsonStringEnumMemberName("recovery")]
    Recovery,
}

/// <summary>Requesters of changes, for people.</summary>
public static class ChangeOriginExtensions
{
    /// <summary>Who made a change, such as <c>policy calm</c>.</summary>
    public static string Describe(this ChangeOrigin origin, string requestedBy) => origin switch
    {
        ChangeOrigin.Policy => $"policy {requestedBy}",
        ChangeOrigin.Request => $"request of {requestedBy}",
        _ => requestedBy,
    };
}
