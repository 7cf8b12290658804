using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hosting.Background;
using Mesh.Hosting.Bus;
using Mesh.Hypervisor;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Host.Store;

namespace Mesh.Scheduler.Host.Drains;

/// <summary>Cordons and uncordons hosts.</summary>
internal sealed partial class CordonRequestHandler(
    FleetReader reader,
    SchedulerStore store,
    DrainService drains,
    [FromKeyedServices(FleetReader.ChangeSignal)] AsyncSignal signal,
    TimeProvider time,
    ILogger<CordonRequestHandler> log)
    : IRequestHandler<CordonHost, SchedulerAnswer>,
        IRequestHandler<UncordonHost, SchedulerAnswer>
{
    public async Task<SchedulerAnswer> AnswerAsync(CordonHost request, CancellationToken cancellation)
    {
        if (await UnknownAsync(request.Host, cancellation) is { } unknown)
            return unknown;
        if ((await store.ListCordonsAsync(cancellation)).FirstOrDefault(cordon => cordon.Host == request.Host) is { } known)
            return new SchedulerAnswer(true, $"{request.Host} is already cordoned ({known.State}, by {known.RequestedBy})");
        await store.SaveAsync(new HostCordon(request.Host, CordonState.Cordoned, request.RequestedBy, time.GetUtcNow(), request.Reason), cancellation);
        LogCordoned(request.Host.Value, request.RequestedBy, request.Reason.Length > 0 ? $": {request.Reason}" : "");
        signal.Set();
        return new SchedulerAnswer(true, $"{request.Host} is cordoned: it accepts no more VMs; running VMs stay");
    }

    public async Task<SchedulerAnswer> AnswerAsync(UncordonHost request, CancellationToken cancellation)
    {
        // A cordoned host may have left the mesh since.
        var isCordoned = (await store.ListCordonsAsync(cancellation)).Any(cordon => cordon.Host == request.Host);
        if (!isCordoned && await UnknownAsync(request.Host, cancellation) is { } unknown)
            return unknown;
        var cancelled = await drains.CancelAllOfHostAsync(request.Host, request.RequestedBy, cancellation);
        if (!await store.RemoveCordonAsync(request.Host, cancellation) && cancelled.Count == 0)
            return new SchedulerAnswer(true, $"{request.Host} is not cordoned");
        LogUncordoned(request.Host.Value, request.RequestedBy);
        signal.Set();
        return new SchedulerAnswer(true, cancelled.Count == 0
            ? $"{request.Host} is uncordoned"
            : $"{request.Host} is uncordoned; drain {string.Join(", ", cancelled)} is cancelled");
    }

    private async Task<SchedulerAnswer?> UnknownAsync(HostName host, CancellationToken cancellation) =>
        (await reader.ReadAsync(cancellation)).Hosts.Any(known => known.Inventory.Host == host)
            ? null
            : new SchedulerAnswer(false, HostAvailability.UnknownHost(host).Message, IsNotFound: true);

    [LoggerMessage(5020, LogLevel.Information, "Host {Host} cordoned by {By}{Why}")]
    private partial void LogCordoned(string host, string by, string why);

    [LoggerMessage(5021, LogLevel.Information, "Host {Host} uncordoned by {By}")]
    private partial void LogUncordoned(string host, string by);
}
