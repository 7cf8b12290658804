using System.Text.Json;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Serialization;
using Mesh.Hosting.Bus;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Messages;
using Mesh.Migrations.Intake;

namespace Mesh.Migrations.Host.Tests;

/// <summary>Delivers messages of agents as JSON, as the bus does.</summary>
internal static class AgentMessages
{
    public static Task HandleAsync(this AgentMessageHandler agents, HostReport report, CancellationToken cancellation) => DeliverAsync(agents, report, cancellation);

    public static Task HandleAsync(this AgentMessageHandler agents, HostInventory inventory, CancellationToken cancellation) => DeliverAsync(agents, inventory, cancellation);

    public static Task HandleAsync(this AgentMessageHandler agents, CommandAnswer answer, CancellationToken cancellation) => DeliverAsync(agents, answer, cancellation);

    public static Task HandleAsync(this AgentMessageHandler agents, AgentEvent agentEvent, CancellationToken cancellation) => DeliverAsync(agents, agentEvent, cancellation);

    /// <summary>Delivers what an agent sent as a message of that type.</summary>
    public static Task DeliverAsync<T>(this AgentMessageHandler agents, JsonElement json)
        where T : class => ((IJsonMessageHandler<T>)(object)agents).HandleAsync(json, default);

    public static ReportResult Update(this HostRegistry hosts, HostReport report) => hosts.Update(new AgentMessage<HostReport>(report, report.Host, null, []));

    public static IdentityResult Update(this HostRegistry hosts, HostInventory inventory) => hosts.Update(new AgentMessage<HostInventory>(inventory, inventory.Host, null, []));

    private static Task DeliverAsync<T>(AgentMessageHandler agents, T message, CancellationToken cancellation)
        where T : class => ((IJsonMessageHandler<T>)(object)agents).HandleAsync(JsonSerializer.SerializeToElement(message, MeshJson.Options), cancellation);
}
