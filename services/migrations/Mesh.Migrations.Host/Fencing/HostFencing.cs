using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Migrations.Host.Grains;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Store;

namespace Mesh.Migrations.Host.Fencing;

/// <summary>
/// Fences hosts: by an operator's word, or by the configured command. What the host said last is not believed any more, and every
/// migration from or to it is judged anew.
/// </summary>
internal sealed partial class HostFencing(
    HostRegistry hosts, FenceStore store, ActiveMigrations active, MigrationHome home, IFenceDevice device, TimeProvider time, ILogger<HostFencing> log)
    : IRequestHandler<FenceHost, FenceAnswer>, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    public async Task<FenceAnswer> AnswerAsync(FenceHost request, CancellationToken cancellation)
    {
        if (Objection(request) is { } objection)
            return new FenceAnswer(FenceResult.Refused, objection, []);
        if (request.Confirmed)
        {
            var judged = await FenceAsync(request.Host, request.By, cancellation);
            return new FenceAnswer(FenceResult.Fenced, $"{request.Host} is off by the word of {request.By}; {judged.Count} migrations are judged anew", judged);
        }

        if (!hosts.TryBeginFencing(request.Host, request.By))
            return new FenceAnswer(FenceResult.Started, $"a fence command for {request.Host} runs already", []);
        _ = PowerOffAsync(request);
        return new FenceAnswer(FenceResult.Started, $"the fence command for {request.Host} runs", active.On(request.Host));
    }

    /// <summary>Tells flights again of fencings that hold, in case the process died before all had heard.</summary>
    public async Task TakeUpAsync(IEnumerable<HostFence> fences)
    {
        foreach (var fence in fences)
            await TellAsync(fence);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private string? Objection(FenceHost request) => hosts.Find(request.Host) switch
    {
        null => $"no agent has reported a host '{request.Host}' (`mesh hosts` lists them)",
        { Health: HostHealth.Fenced, Entry.Fence: { } fence } => $"{request.Host} was fenced by {fence.By} at {fence.At:u} and has not come back",
        { Health: HostHealth.Healthy, Entry: var entry } when request.Confirmed =>
            $"{request.Host} was heard of {(time.GetUtcNow() - entry.HeardAt!.Value).TotalSeconds:0.#} s ago, so it is not off. To say that a running host is off would let its machines run twice",
        _ when !request.Confirmed && !device.IsConfigured =>
            "no fence command is configured (Fencing:Command and Fencing:Verify). Power the host off, make sure of it, and fence it with --confirm",
        _ => null,
    };

    private async Task PowerOffAsync(FenceHost request)
    {
        LogBegun(request.Host.Value, request.By);
        try
        {
            if (await device.PowerOffAsync(request.Host, _stopping.Token) is not { } failure)
            {
                await FenceAsync(request.Host, request.By, _stopping.Token);
                return;
            }

            LogFailed(request.Host.Value, failure);
            hosts.FailFencing(request.Host, failure);
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
            hosts.FailFencing(request.Host, e.Message);
        }
    }

    private async Task<IReadOnlyList<MigrationId>> FenceAsync(HostName host, string by, CancellationToken cancellation)
    {
        var fence = new HostFence(host, hosts.Find(host)?.Entry.AgentEpoch ?? 0, time.GetUtcNow(), by);

        // First on paper: after a crash in between, the next process tells the flights.
        await store.KeepAsync(fence, cancellation);
        hosts.Fence(fence);
        var judged = await TellAsync(fence);
        LogFenced(host.Value, by, judged.Count);
        return judged;
    }

    private async Task<IReadOnlyList<MigrationId>> TellAsync(HostFence fence)
    {
        var concerned = active.On(fence.Host);
        foreach (var id in concerned)
            await home.Get(id).FenceAsync(fence.Host, fence.AgentEpoch, fence.By);
        return concerned;
    }

    [LoggerMessage(2030, LogLevel.Warning, "Host {Host} was fenced by {By}: its machines are down. {Count} migrations are judged anew")]
    private partial void LogFenced(string host, string by, int count);

    [LoggerMessage(2031, LogLevel.Warning, "Host {Host} is being fenced for {By}: the fence command runs")]
    private partial void LogBegun(string host, string by);

    [LoggerMessage(2032, LogLevel.Error, "Host {Host} could not be fenced: {Failure}. Nothing is concluded from it")]
    private partial void LogFailed(string host, string failure);
}
