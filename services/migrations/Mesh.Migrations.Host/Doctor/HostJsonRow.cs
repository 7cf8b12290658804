using System.Text.Json;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Migrations.Host.Doctor;

/// <summary>A row that holds something of a host as JSON.</summary>
internal static class HostJsonRow
{
    /// <summary>What is wrong with such a row; null if nothing is.</summary>
    /// <param name="name">The host's name in its column.</param>
    /// <param name="json">What the row holds.</param>
    /// <param name="hostOf">The host that what it holds is about.</param>
    public static string? FindProblem<T>(string name, string json, Func<T, HostName> hostOf)
        where T : class
    {
        try
        {
            var host = hostOf(JsonSerializer.Deserialize<T>(json, MeshJson.Options) ?? throw new JsonException("it holds null"));
            return string.Equals(host.Value, name, StringComparison.Ordinal) ? null : $"it is of host {host}";
        }
        catch (Exception e) when (e is JsonException or ArgumentException or NotSupportedException or FormatException)
        {
            return e.Message;
        }
    }
}
