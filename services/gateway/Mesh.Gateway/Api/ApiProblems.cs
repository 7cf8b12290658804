using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Microsoft.AspNetCore.Http;

namespace Mesh.Gateway.Api;

/// <summary>The problems that the gateway answers with.</summary>
internal static class ApiProblems
{
    public static ApiProblem BadRequest(string detail, int status = StatusCodes.Status400BadRequest) =>
        new() { Type = ApiProblemTypes.BadRequest, Title = "The request is not accepted", Status = status, Detail = detail };

    public static ApiProblem BadRequest(IReadOnlyList<ApiFault> faults) =>
        BadRequest(string.Join("; ", faults.Select(fault => $"{fault.Path}: {fault.Message}"))) with { Faults = faults };

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

    public static ApiProblem NotFenced(HostName host, string detail) =>
        new() { Type = ApiProblemTypes.NotFenced, Title = $"{host} is not fenced", Status = StatusCodes.Status409Conflict, Detail = detail };

    public static ApiProblem NoAnswer(string detail) => new()
    {
        Type = ApiProblemTypes.NoAnswer,
        Title = "The migrations service did not answer",
        Status = StatusCodes.Status503ServiceUnavailable,
        Detail = detail,
    };

    public static ApiProblem TooMany(string detail) =>
        new() { Type = ApiProblemTypes.TooMany, Title = "The gateway is at a limit", Status = StatusCodes.Status503ServiceUnavailable, Detail = detail };

    public static ApiProblem Forbidden(string detail) =>
        new() { Type = ApiProblemTypes.Forbidden, Title = "Not allowed", Status = StatusCodes.Status403Forbidden, Detail = detail };

    public static ApiProblem Internal() => new()
    {
        Type = ApiProblemTypes.Internal,
        Title = "The gateway failed",
        Status = StatusCodes.Status500InternalServerError,
        Detail = "the gateway failed to handle this request; its log tells why",
    };

    /// <summary>
    /// 422 when the request itself has to be changed (options), 404 when machine or host are not known, 409 for what the
    /// present state of machine or hosts forbids.
    /// </summary>
    public static ApiProblem Refused(MigrationRequestAnswer answer)
    {
        var codes = answer.Refusals.Select(refusal => refusal.Code).ToHashSet();
        var status =
            codes.Contains(RefusalCode.BadOption) || codes.Contains(RefusalCode.ConflictingOptions) ? StatusCodes.Status422UnprocessableEntity
            : codes.Contains(RefusalCode.UnknownVm) || codes.Contains(RefusalCode.UnknownHost) ? StatusCodes.Status404NotFound
            : StatusCodes.Status409Conflict;
        return new()
        {
            Type = ApiProblemTypes.Refused,
            Title = "The migration is refused",
            Status = status,
            Detail = string.Join("; ", answer.Refusals.Select(refusal => refusal.Message)),
            MigrationId = answer.Id,
            Refusals = answer.Refusals,
        };
    }
}
