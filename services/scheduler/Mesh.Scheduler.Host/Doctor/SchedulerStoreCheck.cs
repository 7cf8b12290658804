using System.Globalization;
using System.Text.Json;
using Dapper;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Hosting.Doctor;
using Mesh.Scheduler.Documents;

namespace Mesh.Scheduler.Host.Doctor;

/// <summary>
/// Whether what the scheduler keeps can be read. What only helps to foresee may go; closed hosts, drains and rules are left to a person,
/// who alone knows what they were to be.
/// </summary>
internal sealed class SchedulerStoreCheck : IStoreCheck
{
    public string Name => "scheduler";

    public async Task RunAsync(DiagnosticContext examination)
    {
        await CheckAsync<HostCordon>(examination, "host_cordon", "host", "cordon", "closed hosts", host => $"uncordon {host}, or cordon it anew, after the row was deleted");
        await CheckAsync<DrainView>(examination, "drain", "id", "state", "drains", id => $"delete the row of drain {id}; its hosts stay closed until they are uncordoned");
        await CheckHistoriesAsync(examination);
        await CheckTroublesAsync(examination);
        await CheckRulesAsync(examination);
    }

    private async Task CheckAsync<T>(DiagnosticContext examination, string table, string key, string column, string what, Func<string, string> advice)
    {
        var rows = (await examination.Connection.QueryAsync<(string Key, string Json)>($"SELECT {key}, {column} FROM {table} ORDER BY {key}")).AsList();
        examination.AddChecked($"{rows.Count} {what}");
        foreach (var (name, json) in rows)
            if (FindError<T>(json) is { } complaint)
                examination.Report(DoctorFinding.Problem(Name, $"{table} {name}", $"it cannot be read, and nothing is scheduled meanwhile: {complaint}. To mend it, {advice(name)}"));
    }

    private async Task CheckHistoriesAsync(DiagnosticContext examination)
    {
        foreach (var (vm, json) in await examination.Connection.QueryAsync<(string Vm, string Json)>("SELECT vm_id, history FROM vm_history ORDER BY vm_id"))
            if (FindError<VmMigrationHistory>(json) is { } complaint)
                await examination.ReportAsync(
                    DoctorFinding.Problem(Name, $"machine {vm}", $"what its last migration told cannot be read, and nothing is scheduled meanwhile: {complaint}"),
                    "it was dropped; the next migration tells it again",
                    "drops it; the next migration tells it again",
                    transaction => examination.Connection.ExecuteAsync("DELETE FROM vm_history WHERE vm_id = @vm", new { vm }, transaction));
    }

    private async Task CheckTroublesAsync(DiagnosticContext examination)
    {
        foreach (var (host, migration, at) in await examination.Connection.QueryAsync<(string Host, string Migration, string At)>("SELECT host, migration, at FROM host_trouble ORDER BY host, migration"))
            if (!DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, out _))
                await examination.ReportAsync(
                    DoctorFinding.Problem(Name, $"host {host}", $"when migration {migration} failed through it cannot be read, and nothing is scheduled meanwhile: '{at}' is no time"),
                    "it was dropped, and lowers the host's rating no more",
                    "drops it, so that it lowers the host's rating no more",
                    transaction => examination.Connection.ExecuteAsync("DELETE FROM host_trouble WHERE host = @host AND migration = @migration", new { host, migration }, transaction));
    }

    private async Task CheckRulesAsync(DiagnosticContext examination)
    {
        var document = await examination.Connection.QuerySingleOrDefaultAsync<string?>("SELECT document FROM placement_rules WHERE one = 1");
        if (document is not null && RulesText.Read(document) is { Rules: null, Diagnostics: var diagnostics })
            examination.Report(DoctorFinding.Problem(Name, "placement rules", $"they cannot be read, and count for nothing: line {diagnostics[0].Line}: {diagnostics[0].Field} {diagnostics[0].Message}. Apply them anew"));
    }

    private static string? FindError<T>(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, MeshJson.Options) is null ? "it is empty" : null;
        }
        catch (JsonException e)
        {
            return e.Message;
        }
    }
}
