using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Migrations.Host.Grains;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Store;

namespace Mesh.Migrations.Host.Messages;

/// <summary>Brings what agents say to the registry and to the flights that it concerns.</summary>
internal sealed partial class AgentMessageHandler(
    HostRegistry hosts, ActiveMigrations active, LocalGrainHost home, MigrationStore store, FenceStore fences, ILogger<AgentMessageHandler> log)
    : IMessageHandler<HostReport>, IMessageHandler<HostInventory>, IMessageHandler<CommandAnswer>, IMessageHandler<AgentEvent>
{
    public async Task HandleAsync(HostReport message, CancellationToken cancellation)
    {
        if (!IsSupported(message.Host, message.ProtocolVersion))
            return;
        var reported = hosts.Update(message);
        if (reported.IsFromOlderProcess)
            LogOlderProcess(message.Host.Value);
        if (!reported.IsAccepted)
            return;
        LogResult(message, reported);
        if (reported.EndsFence)
            await fences.RemoveAsync(message.Host, cancellation);
        await Task.WhenAll(active.FindByHost(message.Host).Select(id => home.Get(id).HandleReportAsync(message)));
    }

    public async Task HandleAsync(HostInventory message, CancellationToken cancellation)
    {
        if (IsSupported(message.Host, message.ProtocolVersion, message) && hosts.Update(message))
            await store.SaveInventoryAsync(message, cancellation);
    }

    public Task HandleAsync(CommandAnswer message, CancellationToken cancellation) => home.Get(message.MigrationId).AnswerAsync(message);

    public Task HandleAsync(AgentEvent message, CancellationToken cancellation) => home.Get(message.MigrationId).HandleEventAsync(message);

    private bool IsSupported(HostName host, int protocolVersion, HostInventory? inventory = null)
    {
        if (AgentProtocol.FindProblem(protocolVersion) is not { } problem)
            return true;
        if (hosts.RejectAgent(host, problem, inventory))
            LogAgentRejected(host.Value, problem);
        return false;
    }

    private void LogResult(HostReport message, ReportResult reported)
    {
        if (reported.WasNeverOff)
            LogNeverOff(message.Host.Value);
        else if (reported.EndsFence)
            LogFenceEnds(message.Host.Value);
        foreach (var (row, verdict) in reported.Settled)
            switch (verdict)
            {
                case ObservedLocation.OnDestination:
                    LogMovedOutside(row.Name, row.Source?.Value, row.Destination?.Value);
                    break;
                case ObservedLocation.OnSource:
                    LogStayedOutside(row.Name, row.Source?.Value, row.Destination?.Value);
                    break;
                default:
                    LogGoneOutside(row.Name, row.Source?.Value, row.Destination?.Value);
                    break;
            }

        foreach (var twice in reported.DuplicateVms)
            LogDuplicateVm(twice.Name, twice.Vm.ToString(), twice.Host.Value, twice.Other.Value);
    }

    [LoggerMessage(2040, LogLevel.Information, "{Vm} was moved from {Source} to {Destination} outside the mesh; both hosts say so")]
    private partial void LogMovedOutside(string vm, string? source, string? destination);

    [LoggerMessage(2041, LogLevel.Information, "{Vm} was not moved: a migration from {Source} to {Destination} that the mesh did not begin has failed")]
    private partial void LogStayedOutside(string vm, string? source, string? destination);

    [LoggerMessage(2042, LogLevel.Warning, "{Vm} is gone from {Source} after a migration to {Destination} that the mesh did not begin, and no host reports it")]
    private partial void LogGoneOutside(string vm, string? source, string? destination);

    [LoggerMessage(2043, LogLevel.Critical, "{Vm} ({Id}) RUNS TWICE: {Host} and {Other} both say that they run it")]
    private partial void LogDuplicateVm(string vm, string id, string host, string other);

    [LoggerMessage(2044, LogLevel.Information, "Host {Host}, which was fenced, is back with a new agent process")]
    private partial void LogFenceEnds(string host);

    [LoggerMessage(2045, LogLevel.Critical, "Host {Host} was fenced but was never off: the same agent process speaks. Its word counts again; check its machines")]
    private partial void LogNeverOff(string host);

    [LoggerMessage(2047, LogLevel.Error, "Ignoring reports from {Host}: {Problem}")]
    private partial void LogAgentRejected(string host, string problem);

    [LoggerMessage(2046, LogLevel.Warning,
        "Host {Host} speaks, and does not count: its agent seems to have begun before the newest that was heard of there. An agent that lost its state on a host whose clock was set back is one; set the clock right and start the agent again")]
    private partial void LogOlderProcess(string host);
}
