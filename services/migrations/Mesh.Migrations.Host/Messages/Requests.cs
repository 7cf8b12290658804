using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Telemetry;
using Mesh.Migrations.Host.Grains;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Policies;
using Mesh.Migrations.Host.Store;
using Mesh.Scheduler.Checking;

namespace Mesh.Migrations.Host.Messages;

/// <summary>Answers the other services.</summary>
internal sealed class Requests(HostRegistry hosts, ActiveMigrations active, MigrationHome home, MigrationStore store, IPolicySource policies)
    : IRequestHandler<QueueMigration, MigrationRequestAnswer>,
        IRequestHandler<AbortMigration, AbortAnswer>,
        IRequestHandler<ChangeMigration, ChangeAnswer>,
        IRequestHandler<ExportMigration, ExportedMigration>,
        IRequestHandler<ShowMigration, ShownMigration>,
        IRequestHandler<ListMigrations, ListedMigrations>,
        IRequestHandler<ListHosts, ListedHosts>
{
    private const int CountMax = 1000;
    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();

    public async Task<MigrationRequestAnswer> AnswerAsync(QueueMigration request, CancellationToken cancellation)
    {
        var traced = request.Request with { TraceParent = request.Request.TraceParent ?? MeshTelemetry.NewTraceParent() };
        var queued = request with { Request = traced };
        var grain = home.Get(traced.Id);

        // What was asked for before is answered as before, whatever has become of its policy.
        EffectivePolicy? policy = null;
        try
        {
            if (await grain.ShowAsync() is null)
                policy = await PolicyForAsync(traced, cancellation);
        }
        catch (BusRequestException e)
        {
            return new MigrationRequestAnswer(traced.Id, [Undecided(e.Message)]);
        }

        try
        {
            return await grain.RequestAsync(queued, hosts.FactsFor(traced, active.Of) with { Policy = policy });
        }
        catch (ConcurrencyException)
        {
            // Another request for the same machine was kept at this very moment; the store knows it already.
            var unfinished = await store.UnfinishedAsync(cancellation);
            return await grain.RequestAsync(queued, hosts.FactsFor(
                traced, vm => active.Of(vm) ?? unfinished.FirstOrDefault(state => state.Vm?.Id == vm)?.Id) with
            { Policy = policy });
        }
    }

    public async Task<ChangeAnswer> AnswerAsync(ChangeMigration request, CancellationToken cancellation)
    {
        var grain = home.Get(request.Id);
        EffectivePolicy? policy = null;
        try
        {
            if (request.Policy is { } named && await grain.ShowAsync() is { Outcome: null, VmId: { } vm })
                policy = (await policies.ResolveAsync(new ResolvePolicy(vm, NoLabels, named), cancellation)).Effective;
        }
        catch (BusRequestException e)
        {
            var undecided = Undecided(e.Message);
            return new ChangeAnswer(ChangeResult.Refused, undecided.Message, Refusals: [undecided]);
        }

        return await grain.ChangeAsync(request, policy);
    }

    public async Task<ExportedMigration> AnswerAsync(ExportMigration request, CancellationToken cancellation) =>
        new(FlightTrace.Of(await store.JournalAsync(request.Id, cancellation)));

    public Task<AbortAnswer> AnswerAsync(AbortMigration request, CancellationToken cancellation) => home.Get(request.Id).AbortAsync(request);

    public async Task<ShownMigration> AnswerAsync(ShowMigration request, CancellationToken cancellation) =>
        new(await home.Get(request.Id).ShowAsync() is { } view ? WithHosts(view) : null);

    public async Task<ListedMigrations> AnswerAsync(ListMigrations request, CancellationToken cancellation) =>
        new([.. (await store.ListAsync(request.UnfinishedOnly, Math.Clamp(request.CountMax, 1, CountMax), cancellation)).Select(state => WithHosts(state.ToView()))]);

    public Task<ListedHosts> AnswerAsync(ListHosts request, CancellationToken cancellation) =>
        Task.FromResult(new ListedHosts(hosts.List(), hosts.Migrating()));

    private async Task<EffectivePolicy?> PolicyForAsync(RequestMigration request, CancellationToken cancellation)
    {
        if (VmRules.Locate(hosts.FactsFor(request, active.Of).Candidates) is not { Vm: var vm })
            return null;
        var resolved = await policies.ResolveAsync(new ResolvePolicy(vm.Id, vm.Labels, request.Policy), cancellation);

        // Where one is named, that it does not exist is a reason like others; where none is, the machine's own cannot be read.
        return resolved is { Effective: null, Error.Length: > 0 } && request.Policy is null
            ? throw new BusRequestException(resolved.Error)
            : resolved.Effective;
    }

    // Nothing is kept of a request that it concerns: asked again with the same identity, it is a new one.
    private static Refusal Undecided(string why) => new(
        RefusalCode.NoPolicyService, $"the policy service does not say which policy counts, so nothing was begun or changed; ask again ({why})");

    private MigrationView WithHosts(MigrationView view) =>
        view is { Outcome: null, VmId: { } vm } && hosts.RowOf(vm) is { } row ? view with { Hosts = row.Hosts } : view;
}
