using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Gateway.Api;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway;

/// <summary>The scheduler as the gateway sees it.</summary>
internal sealed class SchedulerClient(ServiceClient requests, IOptions<GatewayOptions> options, ILogger<SchedulerClient> logger)
{
    /// <summary>How many drains one answer may hold.</summary>
    public const int DrainsMax = 1000;

    public Task<MigrationRequestAnswer> RequestAsync(RequestMigration request, CancellationToken cancellation) =>
        SendRequestAsync<RequestMigration, MigrationRequestAnswer>(request, cancellation);

    public Task<RescheduleAnswer> RescheduleAsync(RescheduleMigration request, CancellationToken cancellation) =>
        SendRequestAsync<RescheduleMigration, RescheduleAnswer>(request, cancellation);

    public Task<RateTargetsAnswer> RateAsync(RateTargets ask, CancellationToken cancellation) => SendRequestAsync<RateTargets, RateTargetsAnswer>(ask, cancellation);

    public Task<QueueView> QueueAsync(CancellationToken cancellation) => SendRequestAsync<ListQueue, QueueView>(new ListQueue(), cancellation);

    public Task<Fleet> ExportAsync(CancellationToken cancellation) => SendRequestAsync<ExportFleet, Fleet>(new ExportFleet(), cancellation);

    public Task<SchedulerAnswer> CordonAsync(CordonHost request, CancellationToken cancellation) => SendRequestAsync<CordonHost, SchedulerAnswer>(request, cancellation);

    public Task<SchedulerAnswer> UncordonAsync(UncordonHost request, CancellationToken cancellation) =>
        SendRequestAsync<UncordonHost, SchedulerAnswer>(request, cancellation);

    public Task<DrainAnswer> DrainAsync(DrainHosts request, CancellationToken cancellation) => SendRequestAsync<DrainHosts, DrainAnswer>(request, cancellation);

    public Task<DrainAnswer> UndoAsync(UndoDrain request, CancellationToken cancellation) => SendRequestAsync<UndoDrain, DrainAnswer>(request, cancellation);

    public Task<SchedulerAnswer> CancelAsync(CancelDrain request, CancellationToken cancellation) =>
        SendRequestAsync<CancelDrain, SchedulerAnswer>(request, cancellation);

    public Task<DrainList> DrainsAsync(ListDrains ask, CancellationToken cancellation) => SendRequestAsync<ListDrains, DrainList>(ask, cancellation);

    public Task<RulesAnswer> ApplyRulesAsync(ApplyRules request, CancellationToken cancellation) => SendRequestAsync<ApplyRules, RulesAnswer>(request, cancellation);

    public Task<RulesAnswer> RulesAsync(CancellationToken cancellation) => SendRequestAsync<GetRules, RulesAnswer>(new GetRules(), cancellation);

    /// <summary>A migration with its place in the queue, if it waits and the scheduler says so soon.</summary>
    public async Task<MigrationView> WithQueueAsync(MigrationView view, CancellationToken cancellation)
    {
        if (!IsQueued(view))
            return view;
        var queue = await TrySendRequestAsync<ListQueue, QueueView>(new ListQueue(), "its place in the queue", cancellation);
        return view with { Queue = queue?.Waiting.FirstOrDefault(waiting => waiting.Id == view.Id) };
    }

    /// <summary>Hosts with what keeps machines from coming to them, if the scheduler says so soon.</summary>
    public async Task<IReadOnlyList<HostView>> WithCordonsAsync(IReadOnlyList<HostView> hosts, CancellationToken cancellation)
    {
        var listed = await TrySendRequestAsync<ListDrains, DrainList>(new ListDrains(CountMax: 1), "which hosts are cordoned", cancellation);
        if (listed is null or { Cordons.Count: 0 })
            return hosts;
        var cordons = listed.Cordons.ToDictionary(cordon => cordon.Host);
        return [.. hosts.Select(host => host with { Cordon = cordons.GetValueOrDefault(host.Inventory.Host) })];
    }

    /// <summary>Whether a migration is in the queue.</summary>
    public static bool IsQueued(MigrationView view) => view is { Outcome: null, Phase: MigrationPhase.Queued or MigrationPhase.Ready };

    private Task<TReply> SendRequestAsync<TRequest, TReply>(TRequest request, CancellationToken cancellation, TimeSpan? limit = null)
        where TRequest : class
        where TReply : class => requests.RequestAsync<TRequest, TReply>("scheduler", SchedulerQueues.Requests, request, cancellation, limit);

    // What is only added to an answer is not worth the answer.
    private async Task<TReply?> TrySendRequestAsync<TRequest, TReply>(TRequest request, string what, CancellationToken cancellation)
        where TRequest : class
        where TReply : class
    {
        try
        {
            return await SendRequestAsync<TRequest, TReply>(request, cancellation, options.Value.EnrichmentTimeout);
        }
        catch (ApiException e) when (e.Problem.Type == ApiProblemTypes.ServiceUnavailable)
        {
            GatewayLog.AnsweredInPart(logger, what, e.Problem.Detail);
            return null;
        }
    }
}
