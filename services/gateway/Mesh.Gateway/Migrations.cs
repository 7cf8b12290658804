using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Values;

namespace Mesh.Gateway;

/// <summary>The migrations service as the gateway sees it.</summary>
internal sealed class Migrations(Requests requests)
{
    /// <summary>How many migrations one answer may hold.</summary>
    public const int ListedMax = 1000;

    public Task<AbortAnswer> AbortAsync(AbortMigration abort, CancellationToken cancellation) =>
        AskAsync<AbortMigration, AbortAnswer>(abort, cancellation);

    public Task<ChangeAnswer> ChangeAsync(ChangeMigration change, CancellationToken cancellation) =>
        AskAsync<ChangeMigration, ChangeAnswer>(change, cancellation);

    public async Task<MigrationView?> ShowAsync(MigrationId id, CancellationToken cancellation) =>
        (await AskAsync<ShowMigration, ShownMigration>(new ShowMigration(id), cancellation)).Migration;

    /// <summary>The migration's trace as JSON lines; null if there is no such migration.</summary>
    public async Task<string?> ExportAsync(MigrationId id, CancellationToken cancellation) =>
        (await AskAsync<ExportMigration, ExportedMigration>(new ExportMigration(id), cancellation)).Trace;

    public async Task<IReadOnlyList<MigrationView>> ListAsync(bool unfinishedOnly, int countMax, CancellationToken cancellation) =>
        (await AskAsync<ListMigrations, ListedMigrations>(new ListMigrations(unfinishedOnly, countMax), cancellation)).Migrations;

    public async Task<IReadOnlyList<HostView>> HostsAsync(CancellationToken cancellation) =>
        (await ListHostsAsync(cancellation)).Hosts;

    public async Task<IReadOnlyList<VmView>> VmsAsync(CancellationToken cancellation)
    {
        var listed = await ListHostsAsync(cancellation);
        var migrating = listed.Migrating.ToDictionary(vm => vm.Id);
        return
        [
            .. listed.Hosts.SelectMany(host => host.Inventory.Vms.Select(vm =>
                    new VmView(host.Inventory.Host, vm, host.Health, host.HeardAt, migrating.GetValueOrDefault(vm.Id))))
                .OrderBy(view => view.Vm.Name, StringComparer.Ordinal).ThenBy(view => view.Host.Value, StringComparer.Ordinal),
        ];
    }

    public Task<FenceAnswer> FenceAsync(FenceHost fence, CancellationToken cancellation) => AskAsync<FenceHost, FenceAnswer>(fence, cancellation);

    private Task<ListedHosts> ListHostsAsync(CancellationToken cancellation) => AskAsync<ListHosts, ListedHosts>(new ListHosts(), cancellation);

    private Task<TReply> AskAsync<TRequest, TReply>(TRequest request, CancellationToken cancellation)
        where TRequest : class
        where TReply : class => requests.AskAsync<TRequest, TReply>("migrations", MigrationQueues.Requests, request, cancellation);
}
