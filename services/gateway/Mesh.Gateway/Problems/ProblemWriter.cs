using Mesh.Contracts.Api;
using Mesh.Contracts.Serialization;
using Mesh.Gateway.Logging;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mesh.Gateway.Problems;

/// <summary>Responds to failed requests with problem details.</summary>
internal static class ProblemWriter
{
    public static async Task InvokeAsync(HttpContext context, RequestDelegate next, ILogger logger)
    {
        var request = context.Request;
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, ContentType: null, ContentLength: null, StatusCode: >= 400 } response)
                await WriteAsync(context, FromStatus(request, response.StatusCode));
        }
        catch (ApiException e) when (!context.Response.HasStarted)
        {
            if (e.Problem.Type == ApiProblemTypes.ServiceUnavailable)
                GatewayLog.ServiceUnavailable(logger, request.Method, request.Path, e.Problem.Detail);
            await WriteAsync(context, e.Problem);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, ApiProblems.BadRequest(e.Message, e.StatusCode));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            GatewayLog.RequestFailed(logger, e, request.Method, request.Path);
            await WriteAsync(context, ApiProblems.Internal());
        }
    }

    private static ApiProblem FromStatus(HttpRequest request, int status) => status switch
    {
        StatusCodes.Status404NotFound => ApiProblems.NotFound($"{request.Path} does not exist"),
        StatusCodes.Status405MethodNotAllowed => ApiProblems.BadRequest($"{request.Path} does not support {request.Method}", status),
        _ => ApiProblems.BadRequest($"{request.Method} {request.Path} failed with status {status}", status),
    };

    private static Task WriteAsync(HttpContext context, ApiProblem problem)
    {
        context.Response.StatusCode = problem.Status;
        return context.Response.WriteAsJsonAsync(problem, MeshJson.Options, "application/problem+json", context.RequestAborted);
    }
}
