using Dapper;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Hosting.Doctor;

namespace Mesh.Migrations.Host.Doctor;

/// <summary>Whether what is kept of the hosts can be read. Agents send it again, so what cannot be read may go.</summary>
internal sealed class InventoryCheck : IStoreCheck
{
    public string Name => "hosts";

    public async Task RunAsync(DiagnosticContext examination)
    {
        var rows = (await examination.Connection.QueryAsync<(string Name, string Inventory)>("SELECT name, inventory FROM host ORDER BY name")).AsList();
        examination.AddChecked($"{rows.Count} hosts' inventories");
        foreach (var (name, json) in rows)
            if (HostJsonRow.FindProblem<HostInventory>(name, json, inventory => inventory.Host) is not { } complaint)
                examination.AddQueue(AgentQueues.Commands(new HostName(name)));
            else
                await examination.ReportAsync(
                    DoctorFinding.Problem(Name, $"host {name}", $"its inventory cannot be read: {complaint}"),
                    "it was dropped; the host's agent sends it again",
                    "drops it; the host's agent sends it again",
                    transaction => examination.Connection.ExecuteAsync("DELETE FROM host WHERE name = @name", new { name }, transaction));
    }
}
