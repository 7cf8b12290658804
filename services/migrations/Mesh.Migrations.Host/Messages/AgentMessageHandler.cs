using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Migrations.Host.Grains;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Store;

namespace Mesh.Migrations.Host.Messages;

/// <summary>Passes messages of agents to the registry and to the migrations they concern.</summary>
internal sealed partial class AgentMessageHandler(
    HostRegistry hosts, ActiveMigrations active, LocalGrainHost grains, MigrationStore store, FenceStore fences, ILogger<AgentMessageHandler> log)
    : IMessageHandler<HostReport>, IMessageHandler<HostInventory>, IMessageHandler<CommandAnswer>, IMessageHandler<AgentEvent>
{
    private const string UnknownHost = "an unknown host";

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
        await Task.WhenAll(active.FindByHost(message.Host).Select(id => grains.Get(id).HandleReportAsync(message)));
    }

    public async Task HandleAsync(HostInventory message, CancellationToken cancellation)
    {
        if (IsSupported(message.Host, message.ProtocolVersion, message) && hosts.Update(message))
            await store.SaveInventoryAsync(message, cancellation);
    }

    public Task HandleAsync(CommandAnswer message, CancellationToken cancellation) => grains.Get(message.MigrationId).AnswerAsync(message);

    public Task HandleAsync(AgentEvent message, CancellationToken cancellation) => grains.Get(message.MigrationId).HandleEventAsync(message);

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
        foreach (var (row, location) in reported.Settled)
            switch (location)
            {
                case ObservedLocation.OnDestination:
                    LogMovedOutside(row.Name, row.Source?.Value ?? UnknownHost, row.Destination?.Value ?? UnknownHost);
                    break;
                case ObservedLocation.OnSource:
                    LogStayedOutside(row.Name, row.Source?.Value ?? UnknownHost, row.Destination?.Value ?? UnknownHost);
                    break;
                default:
                    LogGoneOutside(row.Name, row.Source?.Value ?? UnknownHost, row.Destination?.Value ?? UnknownHost);
                    break;
            }

        foreach (var duplicate in reported.DuplicateVms)
            LogDuplicateVm(duplicate.Name, duplicate.Vm.ToString(), duplicate.Host.Value, duplicate.Other.Value);
    }

    [LoggerMessage(2040, LogLevel.Information, "VM {Vm} was migrated from {Source} to {Destination} outside the mesh")]
    private partial void LogMovedOutside(string vm, string source, string destination);

    [LoggerMessage(2041, LogLevel.Information, "VM {Vm} is still on {Source}: a migration to {Destination} started outside the mesh has failed")]
    private partial void LogStayedOutside(string vm, string source, string destination);

    [LoggerMessage(2042, LogLevel.Warning, "VM {Vm} is no longer on {Source} after a migration to {Destination} started outside the mesh, and no host reports it")]
    private partial void LogGoneOutside(string vm, string source, string destination);

    [LoggerMessage(2043, LogLevel.Critical, "VM {Vm} ({Id}) is running on two hosts: {Host} and {Other}")]
    private partial void LogDuplicateVm(string vm, string id, string host, string other);

    [LoggerMessage(2044, LogLevel.Information, "Fenced host {Host} is back with a new agent process")]
    private partial void LogFenceEnds(string host);

    [LoggerMessage(2045, LogLevel.Critical, "Host {Host} was fenced but never off: the same agent process is still reporting. Fence removed; check its VMs")]
    private partial void LogNeverOff(string host);

    [LoggerMessage(2047, LogLevel.Error, "Ignoring reports from {Host}: {Problem}")]
    private partial void LogAgentRejected(string host, string problem);

    [LoggerMessage(2046, LogLevel.Warning,
        "Ignoring reports from {Host}: stale agent epoch. Fix its clock and restart the agent")]
    private partial void LogOlderProcess(string host);
}
