using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Hypervisor;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Host.Store;

namespace Mesh.Scheduler.Host.Drains;

/// <summary>Closes and opens hosts for machines that would come to them.</summary>
internal sealed partial class CordonRequestHandler(FleetReader reader, SchedulerStore store, DrainService drains, FleetChangeSignal signal, TimeProvider time, ILogger<CordonRequestHandler> log)
    : IRequestHandler<CordonHost, SchedulerAnswer>,
        IRequestHandler<UncordonHost, SchedulerAnswer>
{
    public async Task<SchedulerAnswer> AnswerAsync(CordonHost request, CancellationToken cancellation)
    {
        if (await UnknownAsync(request.Host, cancellation) is { } unknown)
            return unknown;
        if ((await store.ListCordonsAsync(cancellation)).FirstOrDefault(cordon => cordon.Host == request.Host) is { } known)
            return new SchedulerAnswer(true, $"{request.Host} takes no machines already: {known.State}, by {known.RequestedBy}");
        await store.SaveAsync(new HostCordon(request.Host, CordonState.Cordoned, request.RequestedBy, time.GetUtcNow(), request.Reason), cancellation);
        LogCordoned(request.Host.Value, request.RequestedBy, request.Reason);
        signal.Notify();
        return new SchedulerAnswer(true, $"no machine comes to {request.Host} any more; those that are there stay");
    }

    public async Task<SchedulerAnswer> AnswerAsync(UncordonHost request, CancellationToken cancellation)
    {
        // One that was closed may have left the mesh since.
        var isClosed = (await store.ListCordonsAsync(cancellation)).Any(cordon => cordon.Host == request.Host);
        if (!isClosed && await UnknownAsync(request.Host, cancellation) is { } unknown)
            return unknown;
        var withdrawn = await drains.WithdrawAllOfHostAsync(request.Host, request.RequestedBy, cancellation);
        if (!await store.RemoveCordonAsync(request.Host, cancellation) && withdrawn.Count == 0)
            return new SchedulerAnswer(true, $"{request.Host} takes machines already");
        LogUncordoned(request.Host.Value, request.RequestedBy);
        signal.Notify();
        return new SchedulerAnswer(true, withdrawn.Count == 0
            ? $"{request.Host} takes machines again"
            : $"{request.Host} takes machines again; drain {string.Join(", ", withdrawn)} is withdrawn");
    }

    private async Task<SchedulerAnswer?> UnknownAsync(HostName host, CancellationToken cancellation) =>
        (await reader.ReadAsync(cancellation)).Hosts.Any(known => known.Inventory.Host == host)
            ? null
            : new SchedulerAnswer(false, HostAvailability.UnknownHost(host).Message, IsNotFound: true);

    [LoggerMessage(5020, LogLevel.Information, "Host {Host} was cordoned by {By}. {Why}")]
    private partial void LogCordoned(string host, string by, string why);

    [LoggerMessage(5021, LogLevel.Information, "Host {Host} was uncordoned by {By}")]
    private partial void LogUncordoned(string host, string by);
}
