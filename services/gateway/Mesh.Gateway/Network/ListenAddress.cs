using System.Net;
using Mesh.Hosting.Errors;

namespace Mesh.Gateway.Network;

/// <summary>Where the gateway listens: loopback only, because it has no authentication yet.</summary>
/// <param name="Address">The address.</param>
/// <param name="Port">The port; 0 for a free one.</param>
internal sealed record ListenAddress(IPAddress Address, int Port)
{
    private const string Accepted = "it takes http://127.0.0.1:PORT, http://[::1]:PORT or http://localhost:PORT";

    /// <summary>Reads <see cref="GatewayOptions.Listen"/>.</summary>
    /// <exception cref="ProblemException">It is no such URL, or would let other machines in.</exception>
    public static ListenAddress Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp || uri.AbsolutePath != "/"
            || uri.Query.Length > 0 || uri.UserInfo.Length > 0)
            throw new ProblemException($"the gateway cannot listen at '{text}' (Gateway:Listen): {Accepted}");
        if (uri.IsDefaultPort && !text.TrimEnd('/').EndsWith(":80", StringComparison.Ordinal))
            throw new ProblemException($"the gateway cannot listen at '{text}' (Gateway:Listen) because it names no port: {Accepted}");

        if (string.Equals(uri.Host, "localhost", StringComparison.OrdinalIgnoreCase))
            return new(IPAddress.Loopback, uri.Port);
        return IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)
            ? new(address, uri.Port)
            : throw new ProblemException(
                $"the gateway may not listen at '{text}' (Gateway:Listen): it has no authentication yet, so other machines must not "
                + $"reach it; {Accepted}");
    }
}
