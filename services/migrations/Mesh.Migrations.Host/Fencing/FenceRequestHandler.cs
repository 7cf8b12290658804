using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Hypervisor;
using Mesh.Migrations.Host.Grains;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Store;

namespace Mesh.Migrations.Host.Fencing;

/// <summary>
/// Fences hosts: by an operator's word, or by the configured command. What the host said last is not believed any more, and every
/// migration from or to it is judged anew.
/// </summary>
internal sealed partial class FenceRequestHandler(
    HostRegistry hosts, FenceStore store, ActiveMigrations active, LocalGrainHost home, IFenceDevice device, TimeProvider time, ILogger<FenceRequestHandler> log)
    : IRequestHandler<FenceHost, FenceAnswer>, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    public async Task<FenceAnswer> AnswerAsync(FenceHost request, CancellationToken cancellation)
    {
        if (Validate(request) is { } objection)
            return new FenceAnswer(FenceResult.Refused, objection, []);
        if (request.Confirmed)
        {
            var judged = await FenceAsync(request.Host, request.RequestedBy, cancellation);
            return new FenceAnswer(FenceResult.Fenced, $"{request.Host} is off by the word of {request.RequestedBy}; {judged.Count} migrations are judged anew", judged);
        }

        if (!hosts.TryBeginFencing(request.Host, request.RequestedBy))
            return new FenceAnswer(FenceResult.Started, $"a fence command for {request.Host} runs already", []);
        _ = PowerOffAsync(request);
        return new FenceAnswer(FenceResult.Started, $"the fence command for {request.Host} runs", active.FindByHost(request.Host));
    }

    /// <summary>Tells flights again of fencings that hold, in case the process died before all had heard.</summary>
    public async Task ResumeAsync(IEnumerable<HostFence> fences)
    {
        foreach (var fence in fences)
            await NotifyMigrationsAsync(fence);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private string? Validate(FenceHost request) => hosts.Find(request.Host) switch
    {
        null => HostAvailability.UnknownHost(request.Host).Message,
        { Health: HostHealth.Fenced, Entry.Fence: { } fence } => $"{request.Host} was fenced by {fence.RequestedBy} at {fence.At:u} and has not come back",
        { Health: HostHealth.Healthy, Entry: var entry } when request.Confirmed =>
            $"{request.Host} was heard of {(time.GetUtcNow() - entry.LastReportAt!.Value).TotalSeconds:0.#} s ago, so it is not off. To say that a running host is off would let its machines run twice",
        _ when !request.Confirmed && !device.IsConfigured =>
            "no fence command is configured (Fencing:Command and Fencing:Verify). Power the host off, make sure of it, and fence it with --confirm",
        _ => null,
    };

    private async Task PowerOffAsync(FenceHost request)
    {
        LogStarted(request.Host.Value, request.RequestedBy);
        try
        {
            if (await device.PowerOffAsync(request.Host, _stopping.Token) is not { } failure)
            {
                await FenceAsync(request.Host, request.RequestedBy, _stopping.Token);
                return;
            }

            LogFailed(request.Host.Value, failure);
            hosts.RecordFenceFailure(request.Host, failure);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The service stops; nothing is concluded from a command that was not seen to its end.
        }
#pragma warning disable CA1031 // Whatever goes wrong, whoever asked must come to know that the host is not fenced.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(request.Host.Value, e.Message);
            hosts.RecordFenceFailure(request.Host, e.Message);
        }
    }

    private async Task<IReadOnlyList<MigrationId>> FenceAsync(HostName host, string by, CancellationToken cancellation)
    {
        var fence = new HostFence(host, hosts.Find(host)?.Entry.AgentEpoch ?? 0, time.GetUtcNow(), by);

        // First on paper: after a crash in between, the next process tells the flights.
        await store.SaveAsync(fence, cancellation);
        hosts.MarkFenced(fence);
        var judged = await NotifyMigrationsAsync(fence);
        LogFenced(host.Value, by, judged.Count);
        return judged;
    }

    private async Task<IReadOnlyList<MigrationId>> NotifyMigrationsAsync(HostFence fence)
    {
        var concerned = active.FindByHost(fence.Host);
        foreach (var id in concerned)
            await home.Get(id).HandleHostFencedAsync(fence.Host, fence.AgentEpoch, fence.RequestedBy);
        return concerned;
    }

    [LoggerMessage(2030, LogLevel.Warning, "Host {Host} was fenced by {By}: its machines are down. {Count} migrations are judged anew")]
    private partial void LogFenced(string host, string by, int count);

    [LoggerMessage(2031, LogLevel.Warning, "Host {Host} is being fenced for {By}: the fence command runs")]
    private partial void LogStarted(string host, string by);

    [LoggerMessage(2032, LogLevel.Error, "Host {Host} could not be fenced: {Failure}. Nothing is concluded from it")]
    private partial void LogFailed(string host, string failure);
}
