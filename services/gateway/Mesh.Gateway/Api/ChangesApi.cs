using Mesh.Contracts.Api;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Gateway.Clients;
using Mesh.Gateway.Configuration;
using Mesh.Gateway.Logging;
using Mesh.Gateway.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Api;

/// <summary>Changes running migrations. The response waits for the host to report the result of the change, up to a timeout.</summary>
internal sealed class ChangesApi(MigrationsClient migrations, IOptions<GatewayOptions> options, TimeProvider time, Random random, ILogger<ChangesApi> logger)
{
    private const string Root = "/api/v1/migrations/{id}";
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPatch(Root, (HttpContext context, string id, ChangesApi api) => api.ChangeAsync(context, id));
        MapAction("force-complete", change => change with { ForceComplete = true });
        MapAction("postcopy", change => change with { Parameters = new() { PostCopy = true } });
        MapAction("suspend", change => change with { Parameters = new() { Suspend = true } });

        void MapAction(string name, Func<ChangeMigration, ChangeMigration> apply) => routes.MapPost(
            $"{Root}/{name}", (HttpContext context, string id, ChangesApi api) => api.ApplyActionAsync(context, id, apply));
    }

    private async Task<IResult> ChangeAsync(HttpContext context, string text)
    {
        QueryReader.RejectUnknown(context.Request);
        var id = QueryReader.Id(text);
        var body = await BodyReader.ReadAsync<ChangeBody>(context.Request, options.Value.MaxBodyBytes);
        var change = new ChangeMigration
        {
            Id = id,
            ChangeId = IdempotencyKey.GetOrCreate(body.ChangeId, "$.changeId", longest: 64, random),
            RequestedBy = body.RequestedBy,
            Reason = body.Reason,
            Parameters = new()
            {
                MaxDowntime = body.MaxDowntime,
                Bandwidth = body.Bandwidth,
                PostCopyBandwidth = body.PostCopyBandwidth,
                PostCopy = body.PostCopy,
                Suspend = body.Suspend,
                Compression = body.Compression,
                AutoConverge = body.AutoConverge,
                Throttle = body.Throttle,
                StallingLimit = body.StallingLimit,
            },
            Policy = body.Policy,
        };
        if (ChangeCompletion.GetRequestedParameters(change).Count == 0)
            throw new ApiException(ApiProblems.BadRequest([new ApiError("$", "contains no change")]));
        return await SendAsync(change, context.RequestAborted);
    }

    private async Task<IResult> ApplyActionAsync(HttpContext context, string text, Func<ChangeMigration, ChangeMigration> apply)
    {
        QueryReader.RejectUnknown(context.Request);
        var id = QueryReader.Id(text);
        var body = await BodyReader.ReadIfAnyAsync<ChangeActionBody>(context.Request, options.Value.MaxBodyBytes) ?? new ChangeActionBody();
        var change = new ChangeMigration
        {
            Id = id,
            ChangeId = IdempotencyKey.GetOrCreate(body.ChangeId, "$.changeId", longest: 64, random),
            RequestedBy = body.RequestedBy,
            Reason = body.Reason,
        };
        return await SendAsync(apply(change), context.RequestAborted);
    }

    private async Task<IResult> SendAsync(ChangeMigration change, CancellationToken cancellation)
    {
        ChangeAnswer answer;
        try
        {
            answer = await migrations.ChangeAsync(change, cancellation);
        }
        catch (ApiException e) when (e.Problem.Type == ApiProblemTypes.ServiceUnavailable)
        {
            throw new ApiException(e.Problem with
            {
                Detail = $"{e.Problem.Detail}; the change may have been accepted; repeating the request with changeId '{change.ChangeId}' is safe",
                MigrationId = change.Id,
            });
        }

        GatewayLog.Changed(logger, change.Id, change.ChangeId, change.RequestedBy, answer.Result, answer.Explanation);
        switch (answer.Result)
        {
            case ChangeResult.Accepted:
                var current = await WaitForAnswersAsync(change, answer.Change!, cancellation);
                var isComplete = ChangeCompletion.IsComplete(change, current.Answers);
                return Results.Json(current, MeshJson.Options, statusCode: isComplete ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
            case ChangeResult.NotFound:
                throw new ApiException(ApiProblems.NoMigration(change.Id));
            case ChangeResult.AlreadyEnded:
                throw new ApiException(ApiProblems.NotChangeable(change.Id, answer.Explanation));
            default:
                throw new ApiException(Refused(change.Id, answer));
        }
    }

    /// <summary>The change once its results are known, or as it stands at the timeout.</summary>
    private async Task<MigrationChange> WaitForAnswersAsync(ChangeMigration request, MigrationChange change, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(options.Value.ChangeTimeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            var hasEnded = false;
            while (!ChangeCompletion.IsComplete(request, change.Answers) && !hasEnded)
            {
                await Task.Delay(PollInterval, time, stop.Token);
                var view = await migrations.GetAsync(request.Id, stop.Token);
                change = view?.Changes.FirstOrDefault(made => made.ChangeId == change.ChangeId) ?? change;
                hasEnded = view is not { Outcome: null };
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            // The host has not answered yet.
        }
        catch (ApiException e) when (e.Problem.Type == ApiProblemTypes.ServiceUnavailable)
        {
            // The change was accepted nonetheless; the client can check it later.
        }

        return change;
    }

    private static ApiProblem Refused(MigrationId id, ChangeAnswer answer)
    {
        var problem = ApiProblems.Refused("Change refused", answer.Refusals ?? []) with { MigrationId = id };
        return problem.Refusals!.Count > 0 ? problem : problem with { Detail = answer.Explanation };
    }
}

/// <summary>Whether all results of a change are known: a new policy is applied before the host answers for its parameters.</summary>
internal static class ChangeCompletion
{
    public static IReadOnlyList<MigrationParameter> GetRequestedParameters(ChangeMigration change) =>
        change.Policy is null ? [.. change.Parameters.ListSet()] : [.. change.Parameters.ListSet(), MigrationParameter.Policy];

    /// <summary>Whether every requested parameter has been answered.</summary>
    public static bool IsComplete(ChangeMigration change, IReadOnlyList<ParameterAnswer>? answers)
    {
        if (answers is null)
            return false;
        if (answers.Any(answer => answer.Parameter is MigrationParameter.All))
            return true;

        // Forced completion suspends the VM if post-copy is refused.
        return change.ForceComplete
            ? answers.Any(answer => answer is { Parameter: MigrationParameter.Suspend } or { Parameter: MigrationParameter.PostCopy, Result: not ParameterResult.Refused })
            : GetRequestedParameters(change).All(parameter => answers.Any(answer => answer.Parameter == parameter));
    }
}
