using System.Text.Json;
using Mesh.Contracts.Policies;
using Mesh.Policy.Host;
using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Peers;

/// <summary>Something done, as peers' tables have it: seconds since the beginning, what, and the number that goes with it.</summary>
internal readonly record struct Act(decimal At, string What, long? Value = null)
{
    public static Act Downtime(decimal at, double milliseconds) => new(at, "set-downtime", (long)milliseconds);

    public static Act Abort(decimal at) => new(at, "abort");

    public static Act PostCopy(decimal at) => new(at, "post-copy");

    public static Act Suspend(decimal at) => new(at, "suspend");

    /// <summary>What the shipped policy of a name does, as <c>mesh policy replay</c> prints it.</summary>
    public static IReadOnlyList<Act> Of(string policy, Trace trace) => [.. Replay.Run(Named(policy), trace).Select(action => Read(TraceFormat.Write(action)))];

    public static MigrationPolicy Named(string policy) => ShippedPolicies.All.Single(shipped => shipped.Name == policy);

    private static Act Read(string line)
    {
        using var json = JsonDocument.Parse(line);
        var value = json.RootElement.GetProperty("value");
        return new Act(
            json.RootElement.GetProperty("t_s").GetDecimal(), json.RootElement.GetProperty("action").GetString()!,
            value.ValueKind is JsonValueKind.Null ? null : value.GetInt64());
    }
}
