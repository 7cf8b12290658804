using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Telemetry;
using Mesh.Migrations.Host.Grains;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Store;

namespace Mesh.Migrations.Host.Messages;

/// <summary>Answers the other services.</summary>
internal sealed class Requests(HostRegistry hosts, ActiveMigrations active, MigrationHome home, MigrationStore store)
    : IRequestHandler<RequestMigration, MigrationRequestAnswer>,
        IRequestHandler<AbortMigration, AbortAnswer>,
        IRequestHandler<ShowMigration, ShownMigration>,
        IRequestHandler<ListMigrations, ListedMigrations>,
        IRequestHandler<ListHosts, ListedHosts>
{
    private const int CountMax = 1000;

    public async Task<MigrationRequestAnswer> AnswerAsync(RequestMigration request, CancellationToken cancellation)
    {
        var traced = request with { TraceParent = request.TraceParent ?? MeshTelemetry.NewTraceParent() };
        var grain = home.Get(request.Id);
        try
        {
            return await grain.RequestAsync(traced, hosts.FactsFor(traced, active.Of));
        }
        catch (ConcurrencyException)
        {
            // Another request for the same machine was kept at this very moment; the store knows it already.
            var unfinished = await store.UnfinishedAsync(cancellation);
            return await grain.RequestAsync(traced, hosts.FactsFor(
                traced, vm => active.Of(vm) ?? unfinished.FirstOrDefault(state => state.Vm?.Id == vm)?.Id));
        }
    }

    public Task<AbortAnswer> AnswerAsync(AbortMigration request, CancellationToken cancellation) => home.Get(request.Id).AbortAsync(request);

    public async Task<ShownMigration> AnswerAsync(ShowMigration request, CancellationToken cancellation) =>
        new(await home.Get(request.Id).ShowAsync() is { } view ? WithHosts(view) : null);

    public async Task<ListedMigrations> AnswerAsync(ListMigrations request, CancellationToken cancellation) =>
        new([.. (await store.ListAsync(request.UnfinishedOnly, Math.Clamp(request.CountMax, 1, CountMax), cancellation)).Select(state => WithHosts(state.ToView()))]);

    public Task<ListedHosts> AnswerAsync(ListHosts request, CancellationToken cancellation) =>
        Task.FromResult(new ListedHosts(hosts.List(), hosts.Migrating()));

    private MigrationView WithHosts(MigrationView view) =>
        view is { Outcome: null, VmId: { } vm } && hosts.RowOf(vm) is { } row ? view with { Hosts = row.Hosts } : view;
}
