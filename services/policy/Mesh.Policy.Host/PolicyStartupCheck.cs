using Mesh.Hosting.Store;
using Mesh.Policy.Host.Store;
using Mesh.Policy.Selection;

namespace Mesh.Policy.Host;

/// <summary>
/// Opens the store before any handler receives messages: an unusable store aborts startup, and problems in it are logged before the first
/// request.
/// </summary>
internal sealed partial class PolicyStartupCheck(MeshDatabase database, PolicyStore store, ILogger<PolicyStartupCheck> log) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await database.EnsureReadyAsync(cancellationToken);
        var catalogue = await store.LoadCatalogueAsync(cancellationToken);
        if (catalogue.Find(catalogue.Default) is null)
            LogNoDefault(PolicySelection.DescribeMissing(catalogue.Default, catalogue));
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(4012, LogLevel.Error, "The default policy is unavailable, so VMs without another policy cannot be migrated: {Reason}")]
    private partial void LogNoDefault(string reason);
}
