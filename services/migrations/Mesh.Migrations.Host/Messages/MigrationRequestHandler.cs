using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Telemetry;
using Mesh.Hypervisor;
using Mesh.Migrations.Host.Grains;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Policies;
using Mesh.Migrations.Host.Store;

namespace Mesh.Migrations.Host.Messages;

/// <summary>Answers the other services.</summary>
internal sealed class MigrationRequestHandler(HostRegistry hosts, ActiveMigrations active, LocalGrainHost home, MigrationStore store, IPolicyClient policies)
    : IRequestHandler<EnqueueMigration, MigrationRequestAnswer>,
        IRequestHandler<AbortMigration, AbortAnswer>,
        IRequestHandler<ChangeMigration, ChangeAnswer>,
        IRequestHandler<ExportMigration, ExportMigrationAnswer>,
        IRequestHandler<GetMigration, GetMigrationAnswer>,
        IRequestHandler<ListMigrations, MigrationList>,
        IRequestHandler<ListHosts, HostList>
{
    private const int CountMax = 1000;
    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();

    public async Task<MigrationRequestAnswer> AnswerAsync(EnqueueMigration request, CancellationToken cancellation)
    {
        var traced = request.Request with { TraceParent = request.Request.TraceParent ?? MeshTelemetry.NewTraceParent() };
        var queued = request with { Request = traced };
        var grain = home.Get(traced.Id);

        // What was asked for before is answered as before, whatever has become of its policy.
        EffectivePolicy? policy = null;
        try
        {
            if (await grain.GetAsync() is null)
                policy = await ResolvePolicyAsync(traced, cancellation);
        }
        catch (BusRequestException e)
        {
            return new MigrationRequestAnswer(traced.Id, [PolicyUnavailable(e.Message)]);
        }

        try
        {
            return await grain.RequestAsync(queued, hosts.DescribeRequest(traced, active.FindByVm) with { Policy = policy });
        }
        catch (ConcurrencyException)
        {
            // Another request for the same machine was kept at this very moment; the store knows it already.
            var unfinished = await store.ListUnfinishedAsync(cancellation);
            return await grain.RequestAsync(queued, hosts.DescribeRequest(
                traced, vm => active.FindByVm(vm) ?? unfinished.FirstOrDefault(state => state.Vm?.Id == vm)?.Id) with
            { Policy = policy });
        }
    }

    public async Task<ChangeAnswer> AnswerAsync(ChangeMigration request, CancellationToken cancellation)
    {
        var grain = home.Get(request.Id);
        EffectivePolicy? policy = null;
        try
        {
            if (request.Policy is { } named && await grain.GetAsync() is { Outcome: null, VmId: { } vm })
                policy = (await policies.ResolveAsync(new ResolvePolicy(vm, NoLabels, named), cancellation)).Effective;
        }
        catch (BusRequestException e)
        {
            var undecided = PolicyUnavailable(e.Message);
            return new ChangeAnswer(ChangeResult.Refused, undecided.Message, Refusals: [undecided]);
        }

        return await grain.ChangeAsync(request, policy);
    }

    public async Task<ExportMigrationAnswer> AnswerAsync(ExportMigration request, CancellationToken cancellation) =>
        new(TraceExport.FromJournal(await store.LoadJournalAsync(request.Id, cancellation)));

    public Task<AbortAnswer> AnswerAsync(AbortMigration request, CancellationToken cancellation) => home.Get(request.Id).AbortAsync(request);

    public async Task<GetMigrationAnswer> AnswerAsync(GetMigration request, CancellationToken cancellation) =>
        new(await home.Get(request.Id).GetAsync() is { } view ? WithHosts(view) : null);

    public async Task<MigrationList> AnswerAsync(ListMigrations request, CancellationToken cancellation) =>
        new([.. (await store.ListAsync(request.UnfinishedOnly, Math.Clamp(request.CountMax, 1, CountMax), cancellation)).Select(state => WithHosts(state.ToView()))]);

    public Task<HostList> AnswerAsync(ListHosts request, CancellationToken cancellation) =>
        Task.FromResult(new HostList(hosts.List(), hosts.ListMigratingVms()));

    private async Task<EffectivePolicy?> ResolvePolicyAsync(RequestMigration request, CancellationToken cancellation)
    {
        if (VmLocator.Locate(hosts.DescribeRequest(request, active.FindByVm).Candidates) is not { Vm: var vm })
            return null;
        var resolved = await policies.ResolveAsync(new ResolvePolicy(vm.Id, vm.Labels, request.Policy), cancellation);

        // Where one is named, that it does not exist is a reason like others; where none is, the machine's own cannot be read.
        return resolved is { Effective: null, Error.Length: > 0 } && request.Policy is null
            ? throw new BusRequestException(resolved.Error)
            : resolved.Effective;
    }

    // Nothing is kept of a request that it concerns: asked again with the same identity, it is a new one.
    private static Refusal PolicyUnavailable(string why) => new(
        RefusalCode.PolicyServiceUnavailable, $"the policy service does not say which policy counts, so nothing was begun or changed; ask again ({why})");

    private MigrationView WithHosts(MigrationView view) =>
        view is { Outcome: null, VmId: { } vm } && hosts.FindMigratingVm(vm) is { } row ? view with { Hosts = row.Hosts } : view;
}
