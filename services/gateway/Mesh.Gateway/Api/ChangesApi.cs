using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Api;

/// <summary>Changing running migrations. A change is answered once the host has said what became of it, if it says so in time.</summary>
internal sealed partial class ChangesApi(MigrationsClient migrations, IOptions<GatewayOptions> options, TimeProvider time, Random random, ILogger<ChangesApi> logger)
{
    private const string Root = "/api/v1/migrations/{id}";
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPatch(Root, (HttpContext context, string id, ChangesApi api) => api.ChangeAsync(context, id));
        Order("force-complete", change => change with { ForceComplete = true });
        Order("postcopy", change => change with { Parameters = new() { PostCopy = true } });
        Order("suspend", change => change with { Parameters = new() { Suspend = true } });

        void Order(string name, Func<ChangeMigration, ChangeMigration> what) => routes.MapPost(
            $"{Root}/{name}", (HttpContext context, string id, ChangesApi api) => api.ApplyActionAsync(context, id, what));
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
            throw new ApiException(ApiProblems.BadRequest([new ApiError("$", "names nothing to change")]));
        return await SendAsync(change, context.RequestAborted);
    }

    private async Task<IResult> ApplyActionAsync(HttpContext context, string text, Func<ChangeMigration, ChangeMigration> what)
    {
        QueryReader.RejectUnknown(context.Request);
        var id = QueryReader.Id(text);
        var body = await BodyReader.ReadIfAnyAsync<ChangeActionBody>(context.Request, options.Value.MaxBodyBytes) ?? new ChangeActionBody();
        var change = new ChangeMigration { Id = id, ChangeId = IdempotencyKey.GetOrCreate(body.ChangeId, "$.changeId", longest: 64, random), RequestedBy = body.RequestedBy, Reason = body.Reason };
        return await SendAsync(what(change), context.RequestAborted);
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
                Detail = $"{e.Problem.Detail}; whether the change was accepted is not known: asking again with the changeId '{change.ChangeId}' is safe",
                MigrationId = change.Id,
            });
        }

        GatewayLog.Changed(logger, change.Id, change.ChangeId, change.RequestedBy, answer.Result, answer.Explanation);
        switch (answer.Result)
        {
            case ChangeResult.Accepted:
                var known = await WaitForOutcomesAsync(change, answer.Change!, cancellation);
                var isComplete = ChangeCompletion.IsComplete(change, known.Answers);
                return Results.Json(known, MeshJson.Options, statusCode: isComplete ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
            case ChangeResult.NotFound:
                throw new ApiException(ApiProblems.NoMigration(change.Id));
            case ChangeResult.AlreadyEnded:
                throw new ApiException(ApiProblems.NotChangeable(change.Id, answer.Explanation));
            default:
                throw new ApiException(Refused(change.Id, answer));
        }
    }

    /// <summary>The change as soon as it tells what became of it, or as it stands when that takes too long.</summary>
    private async Task<MigrationChange> WaitForOutcomesAsync(ChangeMigration asked, MigrationChange change, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(options.Value.ChangeTimeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            var hasEnded = false;
            while (!ChangeCompletion.IsComplete(asked, change.Answers) && !hasEnded)
            {
                await Task.Delay(PollInterval, time, stop.Token);
                var view = await migrations.GetAsync(asked.Id, stop.Token);
                change = view?.Changes.FirstOrDefault(made => made.ChangeId == change.ChangeId) ?? change;
                hasEnded = view is not { Outcome: null };
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            // The host takes its time.
        }
        catch (ApiException e) when (e.Problem.Type == ApiProblemTypes.ServiceUnavailable)
        {
            // The change was accepted all the same, and whoever asked may look for themselves.
        }

        return change;
    }

    private static ApiProblem Refused(MigrationId id, ChangeAnswer answer)
    {
        var problem = ApiProblems.Refused("The change is refused", answer.Refusals ?? []) with { MigrationId = id };
        return problem.Refusals!.Count > 0 ? problem : problem with { Detail = answer.Explanation };
    }
}
