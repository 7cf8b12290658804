using System.Net;
using Mesh.Gateway.Api;
using Microsoft.AspNetCore.Http;

namespace Mesh.Gateway.Network;

/// <summary>
/// Keeps web pages out. A loopback address is reachable for every page that a browser on this machine shows: by a host name
/// that the page's owner points at 127.0.0.1, or by a form that needs nobody's consent.
/// </summary>
internal static class LoopbackOnly
{
    /// <summary>Refuses what a browser sends on behalf of another site.</summary>
    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (!IsLoopback(request.Host.Host))
            throw new ApiException(ApiProblems.Forbidden(
                $"the Host header says '{request.Host}'; this gateway answers to localhost, 127.0.0.1 and [::1] only"));
        if (request.Headers.Origin.FirstOrDefault() is { Length: > 0 } origin
            && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase))
            throw new ApiException(ApiProblems.Forbidden($"a page of '{origin}' may not use this gateway"));
        return next(context);
    }

    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
