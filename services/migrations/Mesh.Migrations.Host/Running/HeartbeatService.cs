using Mesh.Contracts.Agents;
using Mesh.Core;
using Mesh.Hosting.Background;
using Mesh.Hosting.Bus;
using Mesh.Migrations.Host.Grains;

namespace Mesh.Migrations.Host.Running;

/// <summary>
/// Lets the agents know that the mesh is there while migrations are unfinished: in a migration that takes its course nothing else is sent to
/// them.
/// </summary>
internal sealed class HeartbeatService(IMessageBus bus, ActiveMigrations active, TimeProvider time, ILogger<HeartbeatService> log)
    : BackgroundLoop("Heartbeat", new ExponentialBackoff(TimeSpan.FromSeconds(1), AgentProtocol.HeartbeatInterval), time, log)
{
    protected override async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        if (active.HasAny)
            await bus.PublishAsync(new MeshHeartbeat(Time.GetUtcNow()), stopping);
        return AgentProtocol.HeartbeatInterval;
    }
}
