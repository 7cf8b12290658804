using System.Text.Json;
using Dapper;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Hosting.Store;

namespace Mesh.Migrations.Host.Store;

/// <summary>Stores the fences of hosts that have not come back.</summary>
internal sealed class FenceStore(MeshDatabase database)
{
    public Task SaveAsync(HostFence fence, CancellationToken cancellation = default) =>
        database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
            "INSERT INTO host_fence (host, fence) VALUES (@host, @json) ON CONFLICT (host) DO UPDATE SET fence = @json",
            new { host = fence.Host.Value, json = JsonSerializer.Serialize(fence, MeshJson.Options) }, transaction), cancellation);

    public Task RemoveAsync(HostName host, CancellationToken cancellation = default) =>
        database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
            "DELETE FROM host_fence WHERE host = @host", new { host = host.Value }, transaction), cancellation);

    public Task<IReadOnlyList<HostFence>> LoadAllAsync(CancellationToken cancellation = default) =>
        database.ReadAsync<IReadOnlyList<HostFence>>(async connection =>
            [.. (await connection.QueryAsync<string>("SELECT fence FROM host_fence")).Select(json => JsonSerializer.Deserialize<HostFence>(json, MeshJson.Options)!)], cancellation);
}
