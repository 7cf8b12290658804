using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Hypervisor;
using Mesh.Migrations.Host.Grains;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Store;

namespace Mesh.Migrations.Host.Fencing;

/// <summary>
/// Fences hosts, by an operator's confirmation or by the configured command. The host's last reports are no longer valid, and every
/// migration from or to it is re-evaluated.
/// </summary>
internal sealed partial class FenceRequestHandler(
    HostRegistry hosts, FenceStore store, ActiveMigrations active, LocalGrainHost grains, IFenceDevice device, TimeProvider time, ILogger<FenceRequestHandler> log)
    : IRequestHandler<FenceHost, FenceAnswer>, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    public async Task<FenceAnswer> AnswerAsync(FenceHost request, CancellationToken cancellation)
    {
        if (hosts.Find(request.Host) is null)
            return new FenceAnswer(FenceResult.NotFound, HostAvailability.UnknownHost(request.Host).Message, []);
        if (Validate(request) is { } reason)
            return new FenceAnswer(FenceResult.Refused, reason, []);
        if (request.Confirmed)
        {
            var migrations = await FenceAsync(request.Host, request.RequestedBy, cancellation);
            return new FenceAnswer(FenceResult.Fenced, $"{request.Host} fenced: {request.RequestedBy} confirmed that it is off. Migrations to re-evaluate: {migrations.Count}", migrations);
        }

        if (!hosts.TryBeginFencing(request.Host, request.RequestedBy))
            return new FenceAnswer(FenceResult.Started, $"a fence command for {request.Host} is already running", []);
        _ = PowerOffAsync(request);
        return new FenceAnswer(FenceResult.Started, $"the fence command for {request.Host} is running", [.. active.FindByHost(request.Host).Select(migration => migration.Id)]);
    }

    /// <summary>Notifies migrations of active fences again, in case the process died before it had notified all of them.</summary>
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
        { Health: HostHealth.Fenced, Entry.Fence: { } fence } => $"{request.Host} was already fenced by {fence.RequestedBy} at {fence.At:u}",
        { Health: HostHealth.Healthy, Entry: var entry } when request.Confirmed =>
            $"{request.Host} reported {(time.GetUtcNow() - entry.LastReportAt!.Value).TotalSeconds:0.#} s ago, so it is not off. Fencing a running host can lead to VMs running twice",
        _ when !request.Confirmed && !device.IsConfigured =>
            "no fence command is configured (Fencing:Command and Fencing:Verify). Power the host off, verify that it is off, and fence it with --confirm",
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
            // The service is stopping: the outcome of an interrupted command is unknown.
        }
#pragma warning disable CA1031 // Any failure must be reported to the requester: the host is not fenced.
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

        // Saved first: after a crash in between, the next process notifies the migrations.
        await store.SaveAsync(fence, cancellation);
        hosts.MarkFenced(fence);
        var migrations = await NotifyMigrationsAsync(fence);
        LogFenced(host.Value, by, migrations.Count);
        return migrations;
    }

    private async Task<IReadOnlyList<MigrationId>> NotifyMigrationsAsync(HostFence fence)
    {
        IReadOnlyList<MigrationId> affected = [.. active.FindByHost(fence.Host).Select(migration => migration.Id)];
        foreach (var id in affected)
            await grains.Get(id).HandleHostFencedAsync(fence.Host, fence.AgentEpoch, fence.RequestedBy);
        return affected;
    }

    [LoggerMessage(2030, LogLevel.Warning, "Host {Host} fenced by {By}: its VMs are down. Migrations to re-evaluate: {Count}")]
    private partial void LogFenced(string host, string by, int count);

    [LoggerMessage(2031, LogLevel.Warning, "Fencing host {Host}, requested by {By}: running the fence command")]
    private partial void LogStarted(string host, string by);

    [LoggerMessage(2032, LogLevel.Error, "Fencing host {Host} failed: {Failure}. The host does not count as off")]
    private partial void LogFailed(string host, string failure);
}
