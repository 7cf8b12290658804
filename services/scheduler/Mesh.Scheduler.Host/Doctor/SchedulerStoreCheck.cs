using System.Globalization;
using System.Text.Json;
using Dapper;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Hosting.Doctor;
using Mesh.Scheduler.Documents;
using Mesh.Scheduler.Draining;

namespace Mesh.Scheduler.Host.Doctor;

/// <summary>
/// Checks that the scheduler's store can be read. Histories and failures, which only improve predictions, can be dropped; cordons, drains and
/// rules are left to an operator, who alone knows what they were meant to be.
/// </summary>
internal sealed class SchedulerStoreCheck : IStoreCheck
{
    public string Name => "scheduler";

    public async Task RunAsync(DiagnosticContext context)
    {
        await CheckAsync<HostCordon>(context, "host_cordon", "host", "cordon", "cordons", host => $"delete the row, then cordon {host} again if needed");
        await CheckAsync<Drain>(context, "drain", "id", "state", "drains", id => $"delete the row of drain {id}; its hosts stay cordoned until uncordoned");
        await CheckHistoriesAsync(context);
        await CheckFailuresAsync(context);
        await CheckRulesAsync(context);
    }

    private async Task CheckAsync<T>(DiagnosticContext context, string table, string key, string column, string what, Func<string, string> advice)
    {
        var rows = (await context.Connection.QueryAsync<(string Key, string Json)>($"SELECT {key}, {column} FROM {table} ORDER BY {key}")).AsList();
        context.AddChecked($"{rows.Count} {what}");
        foreach (var (name, json) in rows)
            if (FindError<T>(json) is { } error)
                context.Report(DoctorFinding.Problem(Name, $"{table} {name}", $"unreadable; scheduling is stopped: {error}. To repair, {advice(name)}"));
    }

    private async Task CheckHistoriesAsync(DiagnosticContext context)
    {
        foreach (var (vm, json) in await context.Connection.QueryAsync<(string Vm, string Json)>("SELECT vm_id, history FROM vm_migration_history ORDER BY vm_id"))
            if (FindError<VmMigrationHistory>(json) is { } error)
                await context.ReportAsync(
                    DoctorFinding.Problem(Name, $"VM {vm}", $"its migration history is unreadable; scheduling is stopped: {error}"),
                    "dropped; its next migration records it again",
                    "drops it; its next migration records it again",
                    transaction => context.Connection.ExecuteAsync("DELETE FROM vm_migration_history WHERE vm_id = @vm", new { vm }, transaction));
    }

    private async Task CheckFailuresAsync(DiagnosticContext context)
    {
        foreach (var (host, migration, at) in await context.Connection.QueryAsync<(string Host, string Migration, string At)>(
            "SELECT host, migration_id, failed_at FROM host_failure ORDER BY host, migration_id"))
            if (!DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, out _))
                await context.ReportAsync(
                    DoctorFinding.Problem(Name, $"host {host}", $"the time of its failed migration {migration} is unreadable; scheduling is stopped: '{at}' is not a time"),
                    "dropped; the failure no longer lowers the host's score",
                    "drops it, so that it no longer lowers the host's score",
                    transaction => context.Connection.ExecuteAsync(
                        "DELETE FROM host_failure WHERE host = @host AND migration_id = @migration", new { host, migration }, transaction));
    }

    private async Task CheckRulesAsync(DiagnosticContext context)
    {
        var document = await context.Connection.QuerySingleOrDefaultAsync<string?>("SELECT document FROM placement_rules WHERE id = 1");
        if (document is not null && RulesText.Read(document) is { Rules: null, Diagnostics: var diagnostics })
            context.Report(DoctorFinding.Problem(
                Name, "placement rules",
                $"unreadable and ignored: line {diagnostics[0].Line}: {diagnostics[0].Field} {diagnostics[0].Message}. Re-apply them"));
    }

    private static string? FindError<T>(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, MeshJson.Options) is null ? "the value is null" : null;
        }
        catch (JsonException e)
        {
            return e.Message;
        }
    }
}
