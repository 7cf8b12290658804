using System.Text.Json;
using Mesh.Contracts.Policies;
using Mesh.Policy.Documents;
using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Peers;

/// <summary>Something done, as peers' tables have it: seconds since the beginning, what, and the number that goes with it.</summary>
internal readonly record struct PeerAction(decimal At, string What, long? Value = null)
{
    public static PeerAction Downtime(decimal at, double milliseconds) => new(at, "set-downtime", (long)milliseconds);

    public static PeerAction Abort(decimal at) => new(at, "abort");

    public static PeerAction PostCopy(decimal at) => new(at, "post-copy");

    public static PeerAction Suspend(decimal at) => new(at, "suspend");

    /// <summary>What the shipped policy of a name does, as <c>mesh policy replay</c> prints it.</summary>
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
