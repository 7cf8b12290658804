using Mesh.Contracts.Api;
using Mesh.Contracts.Documents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Microsoft.AspNetCore.Http;

namespace Mesh.Gateway.Problems;

/// <summary>Creates the problems that the gateway returns.</summary>
internal static class ApiProblems
{
    public static ApiProblem BadRequest(string detail, int status = StatusCodes.Status400BadRequest) =>
        new() { Type = ApiProblemTypes.BadRequest, Title = "Invalid request", Status = status, Detail = detail };

    public static ApiProblem BadRequest(IReadOnlyList<ApiError> errors) =>
        BadRequest(string.Join("; ", errors.Select(error => $"{error.Path}: {error.Message}"))) with { Errors = errors };

    public static ApiProblem NotFound(string detail) =>
        new() { Type = ApiProblemTypes.NotFound, Title = "Not found", Status = StatusCodes.Status404NotFound, Detail = detail };

    public static ApiProblem NoMigration(MigrationId id) => NotFound($"migration '{id}' not found") with { MigrationId = id };

    public static ApiProblem NotAbortable(MigrationId id, string detail) =>
        Conflict(ApiProblemTypes.NotAbortable, "The migration can no longer be aborted", detail) with { MigrationId = id };

    public static ApiProblem NotChangeable(MigrationId id, string detail) =>
        Conflict(ApiProblemTypes.NotChangeable, "The migration can no longer be changed", detail) with { MigrationId = id };

    public static ApiProblem InvalidPolicy(IReadOnlyList<DocumentDiagnostic> errors) =>
        InvalidDocument(ApiProblemTypes.InvalidPolicy, "Invalid policy document", errors.Select(error => Describe(error.Line, error.Field, error.Message)))
            with { Diagnostics = errors };

    public static ApiProblem InvalidRules(IReadOnlyList<DocumentDiagnostic> errors) =>
        InvalidDocument(ApiProblemTypes.InvalidRules, "Invalid placement rules", errors.Select(error => Describe(error.Line, error.Field, error.Message)))
            with { Diagnostics = errors };

    public static ApiProblem PolicyConflict(string detail) => Conflict(ApiProblemTypes.PolicyConflict, "Policy change refused", detail);

    public static ApiProblem NotFenced(HostName host, string detail) => Conflict(ApiProblemTypes.NotFenced, $"{host} was not fenced", detail);

    public static ApiProblem ServiceUnavailable(string service, string detail) => new()
    {
        Type = ApiProblemTypes.ServiceUnavailable,
        Title = $"The {service} service is not responding",
        Status = StatusCodes.Status503ServiceUnavailable,
        Detail = detail,
    };

    public static ApiProblem LimitReached(string detail) =>
        new() { Type = ApiProblemTypes.LimitReached, Title = "Gateway limit reached", Status = StatusCodes.Status503ServiceUnavailable, Detail = detail };

    public static ApiProblem Forbidden(string detail) =>
        new() { Type = ApiProblemTypes.Forbidden, Title = "Forbidden", Status = StatusCodes.Status403Forbidden, Detail = detail };

    public static ApiProblem Internal() => new()
    {
        Type = ApiProblemTypes.Internal,
        Title = "Internal error",
        Status = StatusCodes.Status500InternalServerError,
        Detail = "the gateway could not process the request; see its log",
    };

    /// <summary>A refused migration, which has an id unless it was not stored.</summary>
    public static ApiProblem Refused(MigrationRequestAnswer answer) => Refused("Migration refused", answer.Refusals) with
    {
        MigrationId = answer.Refusals.Any(refusal => refusal.Code is RefusalCode.UnknownVm or RefusalCode.AmbiguousVm or RefusalCode.PolicyServiceUnavailable)
            ? null
            : answer.Id,
    };

    /// <summary>
    /// 422 if the request itself has to change (an option, the policy's name), 404 if the VM or host is unknown, 409 for what the
    /// current state of the migration, the VM or the hosts does not allow.
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

    /// <summary>The scheduler refused with an explanation only: 404 for what it does not know, otherwise 409.</summary>
    public static ApiProblem NotScheduled(string title, string explanation, bool isUnknown) => isUnknown
        ? NotFound(explanation)
        : Refused(title, []) with { Detail = explanation };

    private static ApiProblem Conflict(string type, string title, string detail) =>
        new() { Type = type, Title = title, Status = StatusCodes.Status409Conflict, Detail = detail };

    private static ApiProblem InvalidDocument(string type, string title, IEnumerable<string> errors) =>
        new() { Type = type, Title = title, Status = StatusCodes.Status422UnprocessableEntity, Detail = string.Join("; ", errors) };

    private static string Describe(int line, string field, string message) =>
        string.Concat(line > 0 ? $"line {line}: " : "", field.Length > 0 ? $"{field}: " : "", message);
}
