using System.Text.Json;
using Dapper;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Serialization;
using Mesh.Hosting.Doctor;

namespace Mesh.Migrations.Host.Doctor;

/// <summary>What was wrong with the messages of agents when the migrations service last looked. Only the hosts can be mended.</summary>
internal sealed class HostProblemCheck : IStoreCheck
{
    public string Name => "agents";

    public async Task RunAsync(DiagnosticContext context)
    {
        var rows = (await context.Connection.QueryAsync<(string Host, string Problem)>("SELECT host, problem FROM host_problem ORDER BY host, kind")).AsList();
        foreach (var (host, json) in rows)
        {
            var problem = JsonSerializer.Deserialize<HostProblem>(json, MeshJson.Options)!;
            context.Report(DoctorFinding.Problem(Name, $"host {host}", $"{problem.Message}, since {problem.Since:u}: {problem.Remedy}"));
        }
    }
}
