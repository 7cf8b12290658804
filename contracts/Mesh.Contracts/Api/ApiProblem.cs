using Mesh.Contracts.Documents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Api;

/// <summary>Why the gateway did not do what a request asked for: RFC 9457 problem details (<c>application/problem+json</c>).</summary>
public sealed record ApiProblem
{
    /// <summary>The kind of problem: one of <see cref="ApiProblemTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>A short description of the kind, for people.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What is wrong with this request, where, and what is accepted.</summary>
    public required string Detail { get; init; }

    /// <summary>The migration concerned; null if the problem concerns none.</summary>
    public MigrationId? MigrationId { get; init; }

    /// <summary>Every reason for which a migration or a change was refused.</summary>
    public IReadOnlyList<Refusal>? Refusals { get; init; }

    /// <summary>Every error in the request's body or query.</summary>
    public IReadOnlyList<ApiError>? Errors { get; init; }

    /// <summary>Every error in a document: a policy or placement rules.</summary>
    public IReadOnlyList<DocumentDiagnostic>? Diagnostics { get; init; }
}

/// <summary>An error in a request's body or query.</summary>
/// <param name="Path">Where: a JSON path such as <c>$.options.timeout</c>, or the name of a query parameter.</param>
/// <param name="Message">What is wrong, and what is accepted.</param>
public sealed record ApiError(string Path, string Message);

/// <summary>The kinds of problems, as URIs that never change.</summary>
public static class ApiProblemTypes
{
    /// <summary>The request is malformed: its JSON, a member, a parameter or an identifier.</summary>
    public const string BadRequest = "urn:mesh:problem:bad-request";

    /// <summary>A migration, a change or a scheduling request was refused; <see cref="ApiProblem.Refusals"/> lists the reasons for a migration or a change.</summary>
    public const string Refused = "urn:mesh:problem:refused";

    /// <summary>The migration, host, VM, policy, drain or resource does not exist.</summary>
    public const string NotFound = "urn:mesh:problem:not-found";

    /// <summary>The migration can no longer be aborted.</summary>
    public const string NotAbortable = "urn:mesh:problem:not-abortable";

    /// <summary>The migration can no longer be changed.</summary>
    public const string NotChangeable = "urn:mesh:problem:not-changeable";

    /// <summary>The policy document is invalid; <see cref="ApiProblem.Diagnostics"/> lists every error.</summary>
    public const string InvalidPolicy = "urn:mesh:problem:invalid-policy";

    /// <summary>The document of placement rules is invalid; <see cref="ApiProblem.Diagnostics"/> lists every error.</summary>
    public const string InvalidRules = "urn:mesh:problem:invalid-rules";

    /// <summary>The policies do not allow this change; nothing was changed.</summary>
    public const string PolicyConflict = "urn:mesh:problem:policy-conflict";

    /// <summary>The host was not fenced.</summary>
    public const string NotFenced = "urn:mesh:problem:not-fenced";

    /// <summary>A service did not respond. It may have acted on the request; repeating it with the same identifier is safe.</summary>
    public const string ServiceUnavailable = "urn:mesh:problem:service-unavailable";

    /// <summary>The gateway has reached one of its limits.</summary>
    public const string LimitReached = "urn:mesh:problem:limit-reached";

    /// <summary>The request is not allowed.</summary>
    public const string Forbidden = "urn:mesh:problem:forbidden";

    /// <summary>An internal error; the gateway's log has the details.</summary>
    public const string Internal = "urn:mesh:problem:internal";
}
