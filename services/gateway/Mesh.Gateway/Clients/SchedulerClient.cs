using Mesh.Contracts.Api;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Gateway.Configuration;
using Mesh.Gateway.Logging;
using Mesh.Gateway.Problems;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Clients;

/// <summary>Client of the scheduler.</summary>
internal sealed class SchedulerClient(ServiceClient requests, IOptions<GatewayOptions> options, ILogger<SchedulerClient> logger)
{
    /// <summary>The maximum number of drains in a response.</summary>
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

    public Task<SchedulerAnswer> ForgetAsync(ForgetHost request, CancellationToken cancellation) => SendRequestAsync<ForgetHost, SchedulerAnswer>(request, cancellation);

    public Task<DrainAnswer> DrainAsync(DrainHosts request, CancellationToken cancellation) => SendRequestAsync<DrainHosts, DrainAnswer>(request, cancellation);

    public Task<DrainAnswer> UndoAsync(UndoDrain request, CancellationToken cancellation) => SendRequestAsync<UndoDrain, DrainAnswer>(request, cancellation);

    public Task<SchedulerAnswer> CancelAsync(CancelDrain request, CancellationToken cancellation) =>
        SendRequestAsync<CancelDrain, SchedulerAnswer>(request, cancellation);

    public Task<DrainList> DrainsAsync(ListDrains ask, CancellationToken cancellation) => SendRequestAsync<ListDrains, DrainList>(ask, cancellation);

    public Task<RulesAnswer> ApplyRulesAsync(ApplyRules request, CancellationToken cancellation) => SendRequestAsync<ApplyRules, RulesAnswer>(request, cancellation);

    public Task<RulesAnswer> RulesAsync(CancellationToken cancellation) => SendRequestAsync<GetRules, RulesAnswer>(new GetRules(), cancellation);

    /// <summary>Adds a queued migration's position, if the scheduler responds in time.</summary>
    public async Task<MigrationView> WithQueueAsync(MigrationView view, CancellationToken cancellation)
    {
        if (!IsQueued(view))
            return view;
        var queue = await TrySendRequestAsync<ListQueue, QueueView>(new ListQueue(), "its queue position", cancellation);
        return view with { Queue = queue?.Waiting.FirstOrDefault(waiting => waiting.Id == view.Id) };
    }

    /// <summary>Adds the hosts' cordons, if the scheduler responds in time.</summary>
    public async Task<IReadOnlyList<HostView>> WithCordonsAsync(IReadOnlyList<HostView> hosts, CancellationToken cancellation)
    {
        var listed = await TrySendRequestAsync<ListDrains, DrainList>(new ListDrains(CountMax: 1), "cordons", cancellation);
        if (listed is null or { Cordons.Count: 0 })
            return hosts;
        var cordons = listed.Cordons.ToDictionary(cordon => cordon.Host);
        return [.. hosts.Select(host => host with { Cordon = cordons.GetValueOrDefault(host.Inventory.Host) })];
    }

        public static bool IsQueued(MigrationView view) => view is { Outcome: null, Phase: MigrationPhase.Queued or MigrationPhase.Ready };

    private Task<TReply> SendRequestAsync<TRequest, TReply>(TRequest request, CancellationToken cancellation, TimeSpan? limit = null)
        where TRequest : class
        where TReply : class => requests.RequestAsync<TRequest, TReply>("scheduler", SchedulerQueues.Requests, request, cancellation, limit);

    // A response without the addition is better than none.
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
            GatewayLog.PartialResponse(logger, what, e.Problem.Detail);
            return null;
        }
    }
}
