using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Gateway.Api;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway;

/// <summary>The scheduler as the gateway sees it.</summary>
internal sealed class Scheduler(Requests requests, IOptions<GatewayOptions> options, ILogger<Scheduler> logger)
{
    /// <summary>How many drains one answer may hold.</summary>
    public const int DrainsMax = 1000;

    public Task<MigrationRequestAnswer> RequestAsync(RequestMigration request, CancellationToken cancellation) =>
        AskAsync<RequestMigration, MigrationRequestAnswer>(request, cancellation);

    public Task<RescheduleAnswer> RescheduleAsync(RescheduleMigration wish, CancellationToken cancellation) =>
        AskAsync<RescheduleMigration, RescheduleAnswer>(wish, cancellation);

    public Task<RatedTargets> RateAsync(RateTargets ask, CancellationToken cancellation) => AskAsync<RateTargets, RatedTargets>(ask, cancellation);

    public Task<ListedQueue> QueueAsync(CancellationToken cancellation) => AskAsync<ListQueue, ListedQueue>(new ListQueue(), cancellation);

    public Task<Fleet> ExportAsync(CancellationToken cancellation) => AskAsync<ExportFleet, Fleet>(new ExportFleet(), cancellation);

    public Task<SchedulerAnswer> CordonAsync(CordonHost wish, CancellationToken cancellation) => AskAsync<CordonHost, SchedulerAnswer>(wish, cancellation);

    public Task<SchedulerAnswer> UncordonAsync(UncordonHost wish, CancellationToken cancellation) =>
        AskAsync<UncordonHost, SchedulerAnswer>(wish, cancellation);

    public Task<DrainAnswer> DrainAsync(DrainHosts wish, CancellationToken cancellation) => AskAsync<DrainHosts, DrainAnswer>(wish, cancellation);

    public Task<DrainAnswer> UndoAsync(UndoDrain wish, CancellationToken cancellation) => AskAsync<UndoDrain, DrainAnswer>(wish, cancellation);

    public Task<SchedulerAnswer> WithdrawAsync(WithdrawDrain wish, CancellationToken cancellation) =>
        AskAsync<WithdrawDrain, SchedulerAnswer>(wish, cancellation);

    public Task<ListedDrains> DrainsAsync(ListDrains ask, CancellationToken cancellation) => AskAsync<ListDrains, ListedDrains>(ask, cancellation);

    public Task<KeptRules> KeepRulesAsync(KeepRules wish, CancellationToken cancellation) => AskAsync<KeepRules, KeptRules>(wish, cancellation);

    public Task<KeptRules> RulesAsync(CancellationToken cancellation) => AskAsync<ShowRules, KeptRules>(new ShowRules(), cancellation);

    /// <summary>A migration with its place in the queue, if it waits and the scheduler says so soon.</summary>
    public async Task<MigrationView> WithQueueAsync(MigrationView view, CancellationToken cancellation)
    {
        if (!Waits(view))
            return view;
        var queue = await TryAskAsync<ListQueue, ListedQueue>(new ListQueue(), "its place in the queue", cancellation);
        return view with { Queue = queue?.Waiting.FirstOrDefault(waiting => waiting.Id == view.Id) };
    }

    /// <summary>Hosts with what keeps machines from coming to them, if the scheduler says so soon.</summary>
    public async Task<IReadOnlyList<HostView>> WithCordonsAsync(IReadOnlyList<HostView> hosts, CancellationToken cancellation)
    {
        var listed = await TryAskAsync<ListDrains, ListedDrains>(new ListDrains(CountMax: 1), "which hosts are cordoned", cancellation);
        if (listed is null or { Cordons.Count: 0 })
            return hosts;
        var cordons = listed.Cordons.ToDictionary(cordon => cordon.Host);
        return [.. hosts.Select(host => host with { Cordon = cordons.GetValueOrDefault(host.Inventory.Host) })];
    }

    /// <summary>Whether a migration is in the queue.</summary>
    public static bool Waits(MigrationView view) => view is { Outcome: null, Phase: MigrationPhase.Queued or MigrationPhase.Ready };

    private Task<TReply> AskAsync<TRequest, TReply>(TRequest request, CancellationToken cancellation, TimeSpan? limit = null)
        where TRequest : class
        where TReply : class => requests.AskAsync<TRequest, TReply>("scheduler", SchedulerQueues.Requests, request, cancellation, limit);

    // What is only added to an answer is not worth the answer.
    private async Task<TReply?> TryAskAsync<TRequest, TReply>(TRequest request, string what, CancellationToken cancellation)
        where TRequest : class
        where TReply : class
    {
        try
        {
            return await AskAsync<TRequest, TReply>(request, cancellation, options.Value.AdditionWait);
        }
        catch (ApiException e) when (e.Problem.Type == ApiProblemTypes.NoAnswer)
        {
            Log.Left(logger, what, e.Problem.Detail);
            return null;
        }
    }
}
