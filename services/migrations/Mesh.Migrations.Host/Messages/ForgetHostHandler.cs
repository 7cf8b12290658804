using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Hypervisor;
using Mesh.Migrations.Host.Grains;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Store;

namespace Mesh.Migrations.Host.Messages;

/// <summary>Forgets hosts that have left for good.</summary>
internal sealed partial class ForgetHostHandler(
    HostRegistry hosts, ActiveMigrations active, MigrationStore store, FenceStore fences, TimeProvider time, ILogger<ForgetHostHandler> log)
    : IRequestHandler<ForgetHost, SchedulerAnswer>
{
    public async Task<SchedulerAnswer> AnswerAsync(ForgetHost request, CancellationToken cancellation)
    {
        if (hosts.Find(request.Host) is not { } found)
            return new SchedulerAnswer(false, HostAvailability.UnknownHost(request.Host).Message, IsNotFound: true);
        if (active.FindByHost(request.Host) is { Count: > 0 } unfinished)
            return new SchedulerAnswer(false, $"{request.Host} has unfinished migrations: {string.Join(", ", unfinished.Select(migration => migration.Id))}. Abort them, or fence the host, first");
        if (!hosts.TryForget(request.Host))
            return new SchedulerAnswer(false, $"{request.Host} {DescribeReport(found.Entry.LastReportAt)}. Stop its agent, and forget the host once it is unresponsive");
        await store.RemoveInventoryAsync(request.Host, cancellation);
        await fences.RemoveAsync(request.Host, cancellation);
        LogForgotten(request.Host.Value, request.RequestedBy);
        return new SchedulerAnswer(true, $"{request.Host} is forgotten; it is listed again when its agent reports");
    }

    private string DescribeReport(DateTimeOffset? at) => at is { } reported
        ? $"reported {(time.GetUtcNow() - reported).TotalSeconds:0} s ago"
        : "may still report: the mesh has only just started";

    [LoggerMessage(2048, LogLevel.Information, "Host {Host} forgotten, requested by {By}")]
    private partial void LogForgotten(string host, string by);
}
