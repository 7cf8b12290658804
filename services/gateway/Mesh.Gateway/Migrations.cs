using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Values;
using Mesh.Gateway.Api;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway;

/// <summary>The migrations service as the gateway sees it: requests over the bus, each bounded in time.</summary>
internal sealed class Migrations(IMessageBus bus, IOptions<GatewayOptions> options, TimeProvider time)
{
    /// <summary>How many migrations one answer may hold.</summary>
    public const int ListedMax = 1000;

    public Task<MigrationRequestAnswer> RequestAsync(RequestMigration request, CancellationToken cancellation) =>
        AskAsync<RequestMigration, MigrationRequestAnswer>(request, cancellation);

    public Task<AbortAnswer> AbortAsync(AbortMigration abort, CancellationToken cancellation) =>
        AskAsync<AbortMigration, AbortAnswer>(abort, cancellation);

    public async Task<MigrationView?> ShowAsync(MigrationId id, CancellationToken cancellation) =>
        (await AskAsync<ShowMigration, ShownMigration>(new ShowMigration(id), cancellation)).Migration;

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

    // The bus has a time limit of its own, but it begins only once the broker has taken the request.
    private async Task<TReply> AskAsync<TRequest, TReply>(TRequest request, CancellationToken cancellation)
        where TRequest : class
        where TReply : class
    {
        var limit = options.Value.AnswerTimeout;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            return await bus.RequestAsync<TRequest, TReply>(MigrationQueues.Requests, request, stop.Token).WaitAsync(limit, time, cancellation);
        }
        catch (BusRequestException e)
        {
            throw new ApiException(ApiProblems.NoAnswer(e.Message));
        }
        catch (TimeoutException)
        {
            await stop.CancelAsync();
            throw new ApiException(ApiProblems.NoAnswer(
                $"no answer to {typeof(TRequest).Name} within {limit.TotalSeconds:0.#} s: is the broker reachable, and the migrations service up?"));
        }
    }
}
