using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

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
            .. listed.Hosts.SelectMany(host => ListVms(host, migrating))
                .OrderBy(view => view.Vm.Name, StringComparer.Ordinal).ThenBy(view => view.Host.Value, StringComparer.Ordinal),
        ];
    }

    private static IEnumerable<VmView> ListVms(HostView host, Dictionary<VmId, MigratingVm> migrating)
    {
        var duplicates = host.DuplicateVms.ToDictionary(vm => vm.Id, vm => vm.Hosts);
        var invalid = host.InvalidVms.Where(vm => vm.Id is not null).ToLookup(vm => vm.Id!.Value, vm => vm.Reason);
        var described = host.Inventory.Vms.Select(vm => (Vm: vm, Reason: invalid[vm.Id].FirstOrDefault()));
        var undescribed = host.InvalidVms.Where(vm => (vm.Id is not null || vm.Name is not null) && host.Inventory.Vms.All(known => known.Id != vm.Id))
            .DistinctBy(vm => (vm.Id, vm.Name)).Select(vm => (Vm: Describe(vm), Reason: (string?)vm.Reason));
        return described.Concat(undescribed).Select(listed =>
            new VmView(host.Inventory.Host, listed.Vm, host.Health, host.LastReportAt, migrating.GetValueOrDefault(listed.Vm.Id))
            {
                InvalidData = listed.Reason,
                AlsoRunsOn = duplicates.GetValueOrDefault(listed.Vm.Id) ?? [],
            });
    }

    // What the host sends about it was not used.
    private static VmDescription Describe(InvalidVm vm) => new(
        vm.Id ?? default, vm.Name ?? vm.Id.ToString()!, vm.Status ?? VmStatus.Down, Bytes.Zero, 0, "", "", false, [], [], [], new Dictionary<string, string>());

    public Task<FenceAnswer> FenceAsync(FenceHost fence, CancellationToken cancellation) => SendRequestAsync<FenceHost, FenceAnswer>(fence, cancellation);

    private Task<HostList> ListHostsAsync(CancellationToken cancellation) => SendRequestAsync<ListHosts, HostList>(new ListHosts(), cancellation);

    private Task<TReply> SendRequestAsync<TRequest, TReply>(TRequest request, CancellationToken cancellation)
        where TRequest : class
        where TReply : class => requests.RequestAsync<TRequest, TReply>("migrations", MigrationQueues.Requests, request, cancellation);
}
