using System.Text;
using Mesh.Contracts.Api;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Client;

/// <summary>The gateway's scheduling resources.</summary>
internal sealed partial class MeshClient
{
    public Task<RateTargetsAnswer> TargetsAsync(string vm, MigrationOptions options, HostName? to, CancellationToken cancellation) =>
        SendAsync<RateTargetsAnswer>(HttpMethod.Post, $"api/v1/vms/{Escape(vm)}/targets", Body(new TargetsBody { Options = options, To = to }), cancellation);

    public Task<Fleet> InventoryAsync(CancellationToken cancellation) => SendAsync<Fleet>(HttpMethod.Get, "api/v1/inventory", null, cancellation);

    public Task<QueueView> QueueAsync(CancellationToken cancellation) => SendAsync<QueueView>(HttpMethod.Get, "api/v1/queue", null, cancellation);

    public Task<RescheduleAnswer> RescheduleAsync(MigrationId id, RescheduleBody body, CancellationToken cancellation) =>
        SendAsync<RescheduleAnswer>(HttpMethod.Post, $"api/v1/migrations/{id}/reschedule", Body(body), cancellation);

    public Task<SchedulerAnswer> CordonAsync(HostName host, CordonBody body, CancellationToken cancellation) =>
        SendAsync<SchedulerAnswer>(HttpMethod.Post, $"api/v1/hosts/{host}/cordon", Body(body), cancellation);

    public Task<SchedulerAnswer> UncordonAsync(HostName host, string requestedBy, CancellationToken cancellation) =>
        SendAsync<SchedulerAnswer>(HttpMethod.Delete, $"api/v1/hosts/{host}/cordon?requestedBy={Escape(requestedBy)}", null, cancellation);

    public Task<SchedulerAnswer> ForgetAsync(HostName host, string requestedBy, CancellationToken cancellation) =>
        SendAsync<SchedulerAnswer>(HttpMethod.Delete, $"api/v1/hosts/{host}?requestedBy={Escape(requestedBy)}", null, cancellation);

    public Task<DrainView> DrainAsync(DrainBody body, CancellationToken cancellation) =>
        SendAsync<DrainView>(HttpMethod.Post, "api/v1/drains", Body(body), cancellation);

    public Task<DrainView> UndoDrainAsync(string drain, UndoDrainBody body, CancellationToken cancellation) =>
        SendAsync<DrainView>(HttpMethod.Post, $"api/v1/drains/{Escape(drain)}/undo", Body(body), cancellation);

    public Task<SchedulerAnswer> CancelDrainAsync(string drain, CancelDrainBody body, CancellationToken cancellation) =>
        SendAsync<SchedulerAnswer>(HttpMethod.Post, $"api/v1/drains/{Escape(drain)}/cancel", Body(body), cancellation);

    public Task<DrainList> DrainsAsync(int limit, CancellationToken cancellation) =>
        SendAsync<DrainList>(HttpMethod.Get, $"api/v1/drains?limit={limit}", null, cancellation);

    /// <summary>A drain by its id, or the newest one of a host.</summary>
    public Task<DrainView> DrainAsync(string drain, CancellationToken cancellation) =>
        SendAsync<DrainView>(HttpMethod.Get, $"api/v1/drains/{Escape(drain)}", null, cancellation);

    public Task<RulesAnswer> RulesAsync(CancellationToken cancellation) => SendAsync<RulesAnswer>(HttpMethod.Get, "api/v1/rules", null, cancellation);

    public Task<RulesAnswer> ApplyRulesAsync(string document, string requestedBy, CancellationToken cancellation) => SendAsync<RulesAnswer>(
        HttpMethod.Put, $"api/v1/rules?requestedBy={Escape(requestedBy)}", new StringContent(document, Encoding.UTF8, "application/yaml"), cancellation);
}
