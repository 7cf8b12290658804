using System.Text.Json;
using Dapper;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Hosting.Doctor;
using Mesh.Migrations.Intake;

namespace Mesh.Migrations.Host.Doctor;

/// <summary>Whether the stored inventories can be read, and are valid. Another one can be deleted, because the agent sends it again.</summary>
internal sealed class InventoryCheck : IStoreCheck
{
    public string Name => "hosts";

    public async Task RunAsync(DiagnosticContext context)
    {
        var rows = (await context.Connection.QueryAsync<(string Name, string Inventory)>("SELECT name, inventory FROM host ORDER BY name")).AsList();
        context.AddChecked($"{rows.Count} host inventories");
        foreach (var (name, json) in rows)
            if ((HostJsonRow.FindProblem<HostInventory>(name, json, inventory => inventory.Host) is { } unreadable ? $"cannot be read: {unreadable}" : FindFault(json)) is not { } problem)
                context.AddQueue(AgentQueues.Commands(new HostName(name)));
            else
                await context.ReportAsync(
                    DoctorFinding.Problem(Name, $"host {name}", $"inventory {problem}"),
                    "deleted; the host's agent will send it again",
                    "deletes it; the host's agent will send it again",
                    transaction => context.Connection.ExecuteAsync("DELETE FROM host WHERE name = @name", new { name }, transaction));
    }

    private static string? FindFault(string json)
    {
        using var parsed = JsonDocument.Parse(json);
        var inventory = AgentMessageReader.ReadInventory(parsed.RootElement);
        var fault = inventory.Fault?.ToString() ?? (inventory.InvalidEntries.Count > 0 ? inventory.InvalidEntries[0].Reason : null);
        return fault is null ? null : $"is invalid: {fault}";
    }
}

/// <summary>
/// Whether the active fences can be read. An unreadable one is left to the operator: without it, reports from before the fencing would be
/// accepted again.
/// </summary>
internal sealed class FenceCheck : IStoreCheck
{
    public string Name => "fences";

    public async Task RunAsync(DiagnosticContext context)
    {
        var rows = (await context.Connection.QueryAsync<(string Host, string Fence)>("SELECT host, fence FROM host_fence ORDER BY host")).AsList();
        context.AddChecked($"{rows.Count} fenced hosts");
        foreach (var (host, json) in rows)
            if (HostJsonRow.FindProblem<HostFence>(host, json, fence => fence.Host) is { } problem)
                context.Report(DoctorFinding.Problem(
                    Name, $"host {host}", $"fence cannot be read: {problem}. Fence the host again once it is certainly off, or delete the row once it is back"));
    }
}

/// <summary>A row with JSON about a host.</summary>
internal static class HostJsonRow
{
    /// <summary>Why a row is invalid; null if it is valid.</summary>
    /// <param name="name">The host name in the row's key column.</param>
    /// <param name="json">The row's JSON.</param>
    /// <param name="hostOf">The host that the JSON names.</param>
    public static string? FindProblem<T>(string name, string json, Func<T, HostName> hostOf)
        where T : class
    {
        try
        {
            var host = hostOf(JsonSerializer.Deserialize<T>(json, MeshJson.Options) ?? throw new JsonException("it is null"));
            return string.Equals(host.Value, name, StringComparison.Ordinal) ? null : $"it belongs to host {host}";
        }
        catch (Exception e) when (e is JsonException or ArgumentException or NotSupportedException or FormatException)
        {
            return e.Message;
        }
    }
}
