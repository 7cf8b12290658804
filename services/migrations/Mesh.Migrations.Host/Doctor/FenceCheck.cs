using System.Text.Json;
using Dapper;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Serialization;
using Mesh.Hosting.Doctor;

namespace Mesh.Migrations.Host.Doctor;

/// <summary>
/// Whether the fencings that hold can be read. One that cannot is left to a person: to drop it would be to believe again what a host
/// said before it was fenced.
/// </summary>
internal sealed class FenceCheck : IStoreCheck
{
    public string Name => "fences";

    public async Task RunAsync(Examination examination)
    {
        var rows = (await examination.Connection.QueryAsync<(string Host, string Fence)>("SELECT host, fence FROM host_fence ORDER BY host")).AsList();
        examination.Looked($"{rows.Count} hosts that are fenced");
        foreach (var (host, json) in rows)
            if (Complaint(host, json) is { } complaint)
                examination.Find(Finding.Problem(
                    Name, $"host {host}", $"its fencing cannot be read: {complaint}. Fence the host again once it is certain to be off, or delete the row when it is back"));
    }

    private static string? Complaint(string host, string json)
    {
        try
        {
            var fence = JsonSerializer.Deserialize<HostFence>(json, MeshJson.Options) ?? throw new JsonException("it holds null");
            return string.Equals(fence.Host.Value, host, StringComparison.Ordinal) ? null : $"it is of host {fence.Host}";
        }
        catch (Exception e) when (e is JsonException or ArgumentException or NotSupportedException or FormatException)
        {
            return e.Message;
        }
    }
}
