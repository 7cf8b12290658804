using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Values;

namespace Mesh.Gateway.Clients;

/// <summary>Client of the migrations service.</summary>
internal sealed class MigrationsClient(ServiceClient requests)
{
    /// <summary>The maximum number of migrations in a response.</summary>
    public const int ListedMax = 1000;

    public Task<AbortAnswer> AbortAsync(AbortMigration abort, CancellationToken cancellation) =>
        SendRequestAsync<AbortMigration, AbortAnswer>(abort, cancellation);

    public Task<ChangeAnswer> ChangeAsync(ChangeMigration change, CancellationToken cancellation) =>
        SendRequestAsync<ChangeMigration, ChangeAnswer>(change, cancellation);

    public async Task<MigrationView?> GetAsync(MigrationId id, CancellationToken cancellation) =>
        (await SendRequestAsync<GetMigration, GetMigrationAnswer>(new GetMigration(id), cancellation)).Migration;

    /// <summary>The migration's trace as JSON lines; null if the migration does not exist.</summary>
    public async Task<string?> ExportAsync(MigrationId id, CancellationToken cancellation) =>
        (await SendRequestAsync<ExportMigration, ExportMigrationAnswer>(new ExportMigration(id), cancellation)).Trace;

    public async Task<IReadOnlyList<MigrationView>> ListAsync(bool unfinishedOnly, int countMax, CancellationToken cancellation) =>
        (await SendRequestAsync<ListMigrations, MigrationList>(new ListMigrations(unfinishedOnly, countMax), cancellation)).Migrations;

    public async Task<IReadOnlyList<HostView>> HostsAsync(CancellationToken cancellation) =>
        (await ListHostsAsync(cancellation)).Hosts;

    public async Task<IReadOnlyList<VmView>> VmsAsync(CancellationToken cancellation)
    {
        var listed = await ListHostsAsync(cancellation);
        var migrating = listed.MigratingVms.ToDictionary(vm => vm.Id);
        return
        [
            .. listed.Hosts.SelectMany(host => host.Inventory.Vms.Select(vm =>
                    new VmView(host.Inventory.Host, vm, host.Health, host.LastReportAt, migrating.GetValueOrDefault(vm.Id))))
                .OrderBy(view => view.Vm.Name, StringComparer.Ordinal).ThenBy(view => view.Host.Value, StringComparer.Ordinal),
        ];
    }

    public Task<FenceAnswer> FenceAsync(FenceHost fence, CancellationToken cancellation) => SendRequestAsync<FenceHost, FenceAnswer>(fence, cancellation);

    private Task<HostList> ListHostsAsync(CancellationToken cancellation) => SendRequestAsync<ListHosts, HostList>(new ListHosts(), cancellation);

    private Task<TReply> SendRequestAsync<TRequest, TReply>(TRequest request, CancellationToken cancellation)
        where TRequest : class
        where TReply : class => requests.RequestAsync<TRequest, TReply>("migrations", MigrationQueues.Requests, request, cancellation);
}
