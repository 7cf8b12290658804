using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;

namespace Mesh.Testing.Fixtures;

/// <summary>Queries a mesh over its REST API: cheap enough for polling, and without a result while the mesh is down.</summary>
public sealed class MeshApi(string url) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Whether gateway, broker, migrations service and store are available.</summary>
    public async Task<bool> IsUpAsync() => await GetAsync<JsonElement?>("health") is not null;

    /// <summary>A migration; null if it does not exist or the mesh does not respond.</summary>
    public Task<MigrationView?> FindMigrationAsync(string id) => GetAsync<MigrationView>($"api/v1/migrations/{id}");

    /// <summary>The hosts; none if the mesh does not respond.</summary>
    public async Task<IReadOnlyList<HostView>> ListHostsAsync() => await GetAsync<IReadOnlyList<HostView>>("api/v1/hosts") ?? [];

    /// <summary>The newest migrations, including ended ones; none if the mesh does not respond.</summary>
    public async Task<IReadOnlyList<MigrationView>> ListMigrationsAsync() => await GetAsync<IReadOnlyList<MigrationView>>("api/v1/migrations?limit=200") ?? [];

    /// <summary>A drain; null if it does not exist or the mesh does not respond.</summary>
    public Task<DrainView?> FindDrainAsync(string id) => GetAsync<DrainView>($"api/v1/drains/{id}");

    /// <summary>Whether a host has reported a VM.</summary>
    public async Task<bool> HasVmAsync(string vm, string host) =>
        (await ListHostsAsync()).Any(known => known.Inventory.Host.Value == host && known.Inventory.Vms.Any(reported => reported.Name == vm));

    public void Dispose() => _http.Dispose();

    private async Task<T?> GetAsync<T>(string path)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri(path, UriKind.Relative));
            return response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadFromJsonAsync<T>(MeshJson.Options) : default;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            return default;
        }
    }
}
