using System.Text.Json;
using Mesh.Contracts.Policies;
using Mesh.Policy.Documents;
using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Peers;

/// <summary>An action in the form of the peers' tables: seconds since the start, the kind, and its value.</summary>
internal readonly record struct PeerAction(decimal At, string What, long? Value = null)
{
    public static PeerAction Downtime(decimal at, double milliseconds) => new(at, "set-downtime", (long)milliseconds);

    public static PeerAction Abort(decimal at) => new(at, "abort");

    public static PeerAction PostCopy(decimal at) => new(at, "post-copy");

    public static PeerAction Suspend(decimal at) => new(at, "suspend");

    /// <summary>The actions of a shipped policy, as <c>mesh policy replay</c> prints them.</summary>
    public static IReadOnlyList<PeerAction> Replay(string policy, MigrationTrace trace) => [.. PolicyReplay.Run(Named(policy), trace).Select(action => Read(TraceFormat.Write(action)))];

    public static MigrationPolicy Named(string policy) => ShippedPolicies.All.Single(shipped => shipped.Name == policy);

    private static PeerAction Read(string line)
    {
        using var json = JsonDocument.Parse(line);
        var value = json.RootElement.GetProperty("value");
        return new PeerAction(
            json.RootElement.GetProperty("t_s").GetDecimal(), json.RootElement.GetProperty("action").GetString()!,
            value.ValueKind is JsonValueKind.Null ? null : value.GetInt64());
    }
}
