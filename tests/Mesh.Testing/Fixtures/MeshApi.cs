using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;

namespace Mesh.Testing.Fixtures;

/// <summary>Questions to a mesh over its REST API: cheap enough to be asked again and again, and unanswered while it is down.</summary>
public sealed class MeshApi(string url) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Whether all that an answer takes is there: gateway, broker, migrations service, store.</summary>
    public async Task<bool> IsUpAsync() => await GetAsync<JsonElement?>("health") is not null;

    /// <summary>A migration; null if the mesh does not know it or does not answer.</summary>
    public Task<MigrationView?> FindMigrationAsync(string id) => GetAsync<MigrationView>($"api/v1/migrations/{id}");

    /// <summary>The hosts that the mesh knows; none if it does not answer.</summary>
    public async Task<IReadOnlyList<HostView>> ListHostsAsync() => await GetAsync<IReadOnlyList<HostView>>("api/v1/hosts") ?? [];

    /// <summary>The newest migrations, also those that have ended; none if the mesh does not answer.</summary>
    public async Task<IReadOnlyList<MigrationView>> ListMigrationsAsync() => await GetAsync<IReadOnlyList<MigrationView>>("api/v1/migrations?limit=200") ?? [];

    /// <summary>A drain; null if the mesh does not know it or does not answer.</summary>
    public Task<DrainView?> FindDrainAsync(string id) => GetAsync<DrainView>($"api/v1/drains/{id}");

    /// <summary>Whether the mesh knows that a machine is on a host.</summary>
    public async Task<bool> HasVmAsync(string vm, string host) =>
        (await ListHostsAsync()).Any(known => known.Inventory.Host.Value == host && known.Inventory.Vms.Any(there => there.Name == vm));

    public void Dispose() => _http.Dispose();

    private async Task<T?> GetAsync<T>(string path)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
            return answer.StatusCode == HttpStatusCode.OK ? await answer.Content.ReadFromJsonAsync<T>(MeshJson.Options) : default;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            return default;
        }
    }
}
