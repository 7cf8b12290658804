using Mesh.Contracts.Documents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Gateway.Api;

/// <summary>What is wrong with a request, as RFC 9457 problem details (<c>application/problem+json</c>).</summary>
public sealed record ApiProblem
{
    /// <summary>What kind of problem it is: one of <see cref="ApiProblemTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>The kind in words, the same each time.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What is wrong this time, where, and what is accepted.</summary>
    public required string Detail { get; init; }

    /// <summary>The migration it is about; null if about none.</summary>
    public MigrationId? MigrationId { get; init; }

    /// <summary>Every reason of a refusal.</summary>
    public IReadOnlyList<Refusal>? Refusals { get; init; }

    /// <summary>Everything that is wrong with a request's body or query.</summary>
    public IReadOnlyList<ApiError>? Errors { get; init; }

    /// <summary>Everything that is wrong with a policy document.</summary>
    public IReadOnlyList<PolicyDiagnostic>? PolicyDiagnostics { get; init; }

    /// <summary>Everything that is wrong with a document of placement rules.</summary>
    public IReadOnlyList<DocumentDiagnostic>? RuleDiagnostics { get; init; }
}

/// <summary>One thing that is wrong with a request's body or query.</summary>
/// <param name="Path">Where: a JSON path such as <c>$.options.timeout</c>, or a query parameter's name.</param>
/// <param name="Message">What is wrong, and what is accepted.</param>
public sealed record ApiError(string Path, string Message);

/// <summary>Kinds of problems, as URIs that stay the same.</summary>
public static class ApiProblemTypes
{
    /// <summary>The request itself is wrong: its JSON, a member of it, a parameter, an identity.</summary>
    public const string BadRequest = "urn:mesh:problem:bad-request";

    /// <summary>A migration, a change to it, or a wish to the scheduler was refused; <see cref="ApiProblem.Refusals"/> tells every reason of a migration.</summary>
    public const string Refused = "urn:mesh:problem:refused";

    /// <summary>There is no such migration, host, machine, policy, drain or resource.</summary>
    public const string NotFound = "urn:mesh:problem:not-found";

    /// <summary>The migration can no longer be aborted.</summary>
    public const string NotAbortable = "urn:mesh:problem:not-abortable";

    /// <summary>The migration can no longer be changed.</summary>
    public const string NotChangeable = "urn:mesh:problem:not-changeable";

    /// <summary>A policy document is not accepted; <see cref="ApiProblem.PolicyDiagnostics"/> tells everything that is wrong with it.</summary>
    public const string InvalidPolicy = "urn:mesh:problem:invalid-policy";

    /// <summary>A document of placement rules is not accepted; <see cref="ApiProblem.RuleDiagnostics"/> tells everything that is wrong with it.</summary>
    public const string InvalidRules = "urn:mesh:problem:invalid-rules";

    /// <summary>Something speaks against a wish about policies; nothing was changed.</summary>
    public const string PolicyConflict = "urn:mesh:problem:policy-conflict";

    /// <summary>The host is not fenced, because something speaks against it.</summary>
    public const string NotFenced = "urn:mesh:problem:not-fenced";

    /// <summary>A service did not answer; whether it acted is not known, and asking again with the same identity is safe.</summary>
    public const string ServiceUnavailable = "urn:mesh:problem:service-unavailable";

    /// <summary>The gateway is at one of its limits.</summary>
    public const string LimitReached = "urn:mesh:problem:limit-reached";

    /// <summary>Whoever asks may not.</summary>
    public const string Forbidden = "urn:mesh:problem:forbidden";

    /// <summary>A fault of the gateway itself; its log tells more.</summary>
    public const string Internal = "urn:mesh:problem:internal";
}
