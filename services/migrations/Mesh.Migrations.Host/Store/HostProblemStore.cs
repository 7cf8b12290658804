using System.Text.Json;
using Dapper;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Hosting.Store;

namespace Mesh.Migrations.Host.Store;

/// <summary>Stores what is wrong with the messages of hosts, so that <c>mesh doctor</c> can tell without a running mesh.</summary>
internal sealed class HostProblemStore(MeshDatabase database)
{
    /// <summary>Replaces everything that is stored.</summary>
    public Task ReplaceAsync(IReadOnlyList<(HostName Host, HostProblem Problem)> problems, CancellationToken cancellation = default) =>
        database.WriteAsync(async (connection, transaction) =>
        {
            var changed = await connection.ExecuteAsync("DELETE FROM host_problem", transaction: transaction);
            foreach (var (host, problem) in problems)
                changed += await connection.ExecuteAsync(
                    "INSERT INTO host_problem (host, kind, problem) VALUES (@host, @kind, @json)",
                    new { host = host.Value, kind = problem.Kind.ToString(), json = JsonSerializer.Serialize(problem, MeshJson.Options) }, transaction);
            return changed;
        }, cancellation);
}
