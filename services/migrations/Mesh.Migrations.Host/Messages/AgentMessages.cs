using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Hosting.Bus;
using Mesh.Migrations.Host.Grains;
using Mesh.Migrations.Host.Store;

namespace Mesh.Migrations.Host.Messages;

/// <summary>Brings what agents say to the registry and to the flights that it concerns.</summary>
internal sealed class AgentMessages(HostRegistry hosts, ActiveMigrations active, MigrationHome home, MigrationStore store)
    : IMessageHandler<HostReport>, IMessageHandler<HostInventory>, IMessageHandler<CommandAnswer>, IMessageHandler<AgentEvent>
{
    public async Task HandleAsync(HostReport message, CancellationToken cancellation)
    {
        if (hosts.Take(message))
            await Task.WhenAll(active.On(message.Host).Select(id => home.Get(id).ReportAsync(message)));
    }

    public async Task HandleAsync(HostInventory message, CancellationToken cancellation)
    {
        if (hosts.Take(message))
            await store.KeepInventoryAsync(message, cancellation);
    }

    public Task HandleAsync(CommandAnswer message, CancellationToken cancellation) => home.Get(message.MigrationId).AnswerAsync(message);

    public Task HandleAsync(AgentEvent message, CancellationToken cancellation) => home.Get(message.MigrationId).HandleEventAsync(message);
}
