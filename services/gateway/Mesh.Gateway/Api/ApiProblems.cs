using Mesh.Contracts.Documents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Microsoft.AspNetCore.Http;

namespace Mesh.Gateway.Api;

/// <summary>The problems that the gateway answers with.</summary>
internal static class ApiProblems
{
    public static ApiProblem BadRequest(string detail, int status = StatusCodes.Status400BadRequest) =>
        new() { Type = ApiProblemTypes.BadRequest, Title = "The request is not accepted", Status = status, Detail = detail };

    public static ApiProblem BadRequest(IReadOnlyList<ApiError> errors) =>
        BadRequest(string.Join("; ", errors.Select(error => $"{error.Path}: {error.Message}"))) with { Errors = errors };

    public static ApiProblem NotFound(string detail) =>
        new() { Type = ApiProblemTypes.NotFound, Title = "There is no such thing", Status = StatusCodes.Status404NotFound, Detail = detail };

    public static ApiProblem NoMigration(MigrationId id) => NotFound($"there is no migration '{id}'") with { MigrationId = id };

    public static ApiProblem NotAbortable(MigrationId id, string detail) => new()
    {
        Type = ApiProblemTypes.NotAbortable,
        Title = "The migration cannot be aborted any more",
        Status = StatusCodes.Status409Conflict,
        Detail = detail,
        MigrationId = id,
    };

    public static ApiProblem NotChangeable(MigrationId id, string detail) => new()
    {
        Type = ApiProblemTypes.NotChangeable,
        Title = "The migration cannot be changed any more",
        Status = StatusCodes.Status409Conflict,
        Detail = detail,
        MigrationId = id,
    };

    public static ApiProblem InvalidPolicy(IReadOnlyList<DocumentDiagnostic> errors) => new()
    {
        Type = ApiProblemTypes.InvalidPolicy,
        Title = "The policy document is not accepted",
        Status = StatusCodes.Status422UnprocessableEntity,
        Detail = string.Join("; ", errors.Select(error => Describe(error.Line, error.Field, error.Message))),
        PolicyDiagnostics = errors,
    };

    public static ApiProblem InvalidRules(IReadOnlyList<DocumentDiagnostic> errors) => new()
    {
        Type = ApiProblemTypes.InvalidRules,
        Title = "The placement rules are not accepted",
        Status = StatusCodes.Status422UnprocessableEntity,
        Detail = string.Join("; ", errors.Select(error => Describe(error.Line, error.Field, error.Message))),
        RuleDiagnostics = errors,
    };

    public static ApiProblem PolicyConflict(string detail) => new()
    {
        Type = ApiProblemTypes.PolicyConflict,
        Title = "Nothing was changed about policies",
        Status = StatusCodes.Status409Conflict,
        Detail = detail,
    };

    public static ApiProblem NotFenced(HostName host, string detail) =>
        new() { Type = ApiProblemTypes.NotFenced, Title = $"{host} is not fenced", Status = StatusCodes.Status409Conflict, Detail = detail };

    public static ApiProblem ServiceUnavailable(string service, string detail) => new()
    {
        Type = ApiProblemTypes.ServiceUnavailable,
        Title = $"The {service} service did not answer",
        Status = StatusCodes.Status503ServiceUnavailable,
        Detail = detail,
    };

    public static ApiProblem LimitReached(string detail) =>
        new() { Type = ApiProblemTypes.LimitReached, Title = "The gateway is at a limit", Status = StatusCodes.Status503ServiceUnavailable, Detail = detail };

    public static ApiProblem Forbidden(string detail) =>
        new() { Type = ApiProblemTypes.Forbidden, Title = "Not allowed", Status = StatusCodes.Status403Forbidden, Detail = detail };

    public static ApiProblem Internal() => new()
    {
        Type = ApiProblemTypes.Internal,
        Title = "The gateway failed",
        Status = StatusCodes.Status500InternalServerError,
        Detail = "the gateway failed to handle this request; its log tells why",
    };

    public static ApiProblem Refused(MigrationRequestAnswer answer) => Refused("The migration is refused", answer.Refusals) with { MigrationId = answer.Id };

    /// <summary>
    /// 422 when the request itself has to be changed (an option, the policy's name), 404 when machine or host are not known, 409
    /// for what the present state of migration, machine or hosts forbids.
    /// </summary>
    public static ApiProblem Refused(string title, IReadOnlyList<Refusal> refusals)
    {
        var codes = refusals.Select(refusal => refusal.Code).ToHashSet();
        var status =
            codes.Overlaps([RefusalCode.InvalidOption, RefusalCode.ConflictingOptions, RefusalCode.UnknownPolicy]) ? StatusCodes.Status422UnprocessableEntity
            : codes.Overlaps([RefusalCode.UnknownVm, RefusalCode.UnknownHost]) ? StatusCodes.Status404NotFound
            : StatusCodes.Status409Conflict;
        return new()
        {
            Type = ApiProblemTypes.Refused,
            Title = title,
            Status = status,
            Detail = string.Join("; ", refusals.Select(refusal => refusal.Message)),
            Refusals = refusals,
        };
    }

    /// <summary>The scheduler said no in words: 404 for what it does not know, otherwise 409.</summary>
    public static ApiProblem NotScheduled(string title, string explanation, bool isUnknown) => isUnknown
        ? NotFound(explanation)
        : Refused(title, []) with { Detail = explanation };

    private static string Describe(int line, string field, string message) =>
        string.Concat(line > 0 ? $"line {line}: " : "", field.Length > 0 ? $"{field}: " : "", message);
}
