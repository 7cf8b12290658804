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

/// <summary>Handles requests of the other services.</summary>
internal sealed class MigrationRequestHandler(HostRegistry hosts, ActiveMigrations active, LocalGrainHost grains, MigrationStore store, IPolicyClient policies)
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
        var known = request.Refusals.Select(refusal => refusal.Code).ToHashSet();
        var queued = request with { Request = traced, Refusals = [.. request.Refusals, .. hosts.FindObstacles(traced.Vm).Where(refusal => !known.Contains(refusal.Code))] };
        var grain = grains.Get(traced.Id);

        // A repeated request gets the same answer as before, even if its policy has changed or is gone.
        EffectivePolicy? policy = null;
        try
        {
            if (await grain.GetAsync() is null)
            {
                if (RefuseWithoutVm(queued) is { } refused)
                    return refused;
                policy = await ResolvePolicyAsync(traced, cancellation);
            }
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
            // Another request for the same VM was saved at the same time; it is in the store, but not in the index yet.
            var unfinished = await store.ListUnfinishedAsync(cancellation);
            return await grain.RequestAsync(queued, hosts.DescribeRequest(
                traced, vm => active.FindByVm(vm) ?? unfinished.FirstOrDefault(state => state.Vm?.Id == vm)?.Id) with
            { Policy = policy });
        }
    }

    public async Task<ChangeAnswer> AnswerAsync(ChangeMigration request, CancellationToken cancellation)
    {
        var grain = grains.Get(request.Id);
        EffectivePolicy? policy = null;
        try
        {
            if (request.Policy is { } policyName && await grain.GetAsync() is { Outcome: null, VmId: { } vm })
                policy = (await policies.ResolveAsync(new ResolvePolicy(vm, NoLabels, policyName), cancellation)).Effective;
        }
        catch (BusRequestException e)
        {
            var unavailable = PolicyUnavailable(e.Message);
            return new ChangeAnswer(ChangeResult.Refused, unavailable.Message, Refusals: [unavailable]);
        }

        return await grain.ChangeAsync(request, policy);
    }

    public async Task<ExportMigrationAnswer> AnswerAsync(ExportMigration request, CancellationToken cancellation) =>
        new(TraceExport.FromJournal(await store.LoadJournalAsync(request.Id, cancellation)));

    public Task<AbortAnswer> AnswerAsync(AbortMigration request, CancellationToken cancellation) => grains.Get(request.Id).AbortAsync(request);

    public async Task<GetMigrationAnswer> AnswerAsync(GetMigration request, CancellationToken cancellation) =>
        new(await grains.Get(request.Id).GetAsync() is { } view ? WithHosts(view) : null);

    public async Task<MigrationList> AnswerAsync(ListMigrations request, CancellationToken cancellation) =>
        new([.. (await store.ListAsync(request.UnfinishedOnly, Math.Clamp(request.CountMax, 1, CountMax), cancellation)).Select(state => WithHosts(state.ToView()))]);

    public Task<HostList> AnswerAsync(ListHosts request, CancellationToken cancellation) =>
        Task.FromResult(new HostList(hosts.List(includeRejected: true), hosts.ListMigratingVms()));

    // A request that names no VM is no migration: it is answered and not stored, and repeated it gets the answer that is right then. Only a drain
    // looks its migrations up later.
    private MigrationRequestAnswer? RefuseWithoutVm(EnqueueMigration queued)
    {
        var facts = hosts.DescribeRequest(queued.Request, active.FindByVm);
        return queued.Request.Drain is null && VmLocator.Locate(facts.Candidates) is null
            ? new MigrationRequestAnswer(queued.Request.Id, RequestRules.Check(new RequestReceived(queued.Request, facts, queued.Refusals), located: null))
            : null;
    }

    private async Task<EffectivePolicy?> ResolvePolicyAsync(RequestMigration request, CancellationToken cancellation)
    {
        if (VmLocator.Locate(hosts.DescribeRequest(request, active.FindByVm).Candidates) is not { Vm: var vm })
            return null;
        var resolved = await policies.ResolveAsync(new ResolvePolicy(vm.Id, vm.Labels, request.Policy), cancellation);

        // If a policy was named, its absence is an ordinary refusal; if none was, the one that applies cannot be read.
        return resolved is { Effective: null, Error.Length: > 0 } && request.Policy is null
            ? throw new BusRequestException(resolved.Error)
            : resolved.Effective;
    }

    // A request refused for this reason is not saved: sent again with the same id, it is a new request.
    private static Refusal PolicyUnavailable(string reason) => new(
        RefusalCode.PolicyServiceUnavailable, $"the policy could not be determined: {reason}. Nothing was started or changed; try again");

    private MigrationView WithHosts(MigrationView view) =>
        view is { Outcome: null, VmId: { } vm } && hosts.FindMigratingVm(vm) is { } row ? view with { Hosts = row.Hosts } : view;
}
