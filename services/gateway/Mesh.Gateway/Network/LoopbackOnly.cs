using System.Net;
using Mesh.Gateway.Problems;
using Mesh.Hosting.Errors;
using Microsoft.AspNetCore.Http;

namespace Mesh.Gateway.Network;

/// <summary>
/// Rejects requests of web pages. Every page in a browser on this computer can reach a loopback address: by a host name that the
/// page's owner resolves to 127.0.0.1, or by a form, which needs nobody's consent.
/// </summary>
internal static class LoopbackOnly
{
    /// <summary>Rejects what a browser sends on behalf of another site.</summary>
    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (!IsLoopback(request.Host.Host))
            throw new ApiException(ApiProblems.Forbidden(
                $"Host header '{request.Host}' is not allowed: this gateway serves localhost, 127.0.0.1 and [::1] only"));
        if (request.Headers.Origin.FirstOrDefault() is { Length: > 0 } origin
            && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase))
            throw new ApiException(ApiProblems.Forbidden($"requests from origin '{origin}' are not allowed"));
        return next(context);
    }

    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}

/// <summary>The address that the gateway listens on: loopback only, because it has no authentication yet.</summary>
/// <param name="Address">The address.</param>
/// <param name="Port">The port; 0 for a free one.</param>
internal sealed record ListenAddress(IPAddress Address, int Port)
{
    private const string Accepted = "use http://127.0.0.1:PORT, http://[::1]:PORT or http://localhost:PORT";

    /// <summary>Parses <see cref="Configuration.GatewayOptions.Listen"/>.</summary>
    /// <exception cref="ProblemException">It is not such a URL, or would expose the gateway to the network.</exception>
    public static ListenAddress Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp || uri.AbsolutePath != "/"
            || uri.Query.Length > 0 || uri.UserInfo.Length > 0)
            throw new ProblemException($"cannot listen on '{text}' (Gateway:Listen): {Accepted}");
        if (uri.IsDefaultPort && !text.TrimEnd('/').EndsWith(":80", StringComparison.Ordinal))
            throw new ProblemException($"cannot listen on '{text}' (Gateway:Listen): the port is missing; {Accepted}");

        if (string.Equals(uri.Host, "localhost", StringComparison.OrdinalIgnoreCase))
            return new(IPAddress.Loopback, uri.Port);
        return IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)
            ? new(address, uri.Port)
            : throw new ProblemException(
                $"cannot listen on '{text}' (Gateway:Listen): the gateway has no authentication yet and accepts local connections only; {Accepted}");
    }
}
