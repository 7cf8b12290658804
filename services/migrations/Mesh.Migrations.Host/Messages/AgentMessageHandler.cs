using System.Text.Json;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Migrations.Host.Grains;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Store;
using Mesh.Migrations.Hosts;
using Mesh.Migrations.Intake;

namespace Mesh.Migrations.Host.Messages;

/// <summary>
/// Receives the messages of agents: checks each whole, and whether it is from the host that it names, and passes what counts of it to the
/// registry and to the migrations it concerns.
/// </summary>
internal sealed partial class AgentMessageHandler(
    HostRegistry hosts, ActiveMigrations active, LocalGrainHost grains, MigrationStore store, FenceStore fences, ILogger<AgentMessageHandler> log)
    : IJsonMessageHandler<HostReport>, IJsonMessageHandler<HostInventory>, IJsonMessageHandler<CommandAnswer>, IJsonMessageHandler<AgentEvent>
{
    private const string UnknownHost = "an unknown host";

    async Task IJsonMessageHandler<HostReport>.HandleAsync(JsonElement json, CancellationToken cancellation)
    {
        var message = AgentMessageReader.ReadReport(json);
        if (!IsSupported(message.Host, message.ProtocolVersion) || !IsValid(message, MessageKinds.Report))
            return;
        var report = message.Content!;
        var reported = hosts.Update(message);
        LogIdentity(report.Host, reported.Identity);
        if (reported.IsFromOlderProcess)
            LogOlderProcess(report.Host.Value);
        if (!reported.IsAccepted)
            return;
        LogResult(report, reported);
        if (reported.EndsFence)
            await fences.RemoveAsync(report.Host, cancellation);

        // Where its entry of a VM was dropped, the report says no more about the VM than if the hypervisor had not answered.
        await Task.WhenAll(active.FindByHost(report.Host).Select(migration => grains.Get(migration.Id).HandleReportAsync(
            migration.Vm is { } vm && IsHidden(message, vm) ? report with { HypervisorReachable = false } : report)));
    }

    async Task IJsonMessageHandler<HostInventory>.HandleAsync(JsonElement json, CancellationToken cancellation)
    {
        var message = AgentMessageReader.ReadInventory(json);
        if (!IsSupported(message.Host, message.ProtocolVersion, message.Content) || !IsValid(message, MessageKinds.Inventory))
            return;
        var result = hosts.Update(message);
        LogIdentity(message.Content!.Host, result);
        if (result.IsAccepted)
            await store.SaveInventoryAsync(message.Content!, cancellation);
    }

    async Task IJsonMessageHandler<CommandAnswer>.HandleAsync(JsonElement json, CancellationToken cancellation)
    {
        var message = AgentMessageReader.ReadAnswer(json);
        if (IsValid(message, MessageKinds.Answer) && IsFromKnownHost(message.Content!.Host, message.Content.HostUuid, MessageKinds.Answer))
            await grains.Get(message.Content.MigrationId).AnswerAsync(message.Content);
    }

    async Task IJsonMessageHandler<AgentEvent>.HandleAsync(JsonElement json, CancellationToken cancellation)
    {
        var message = AgentMessageReader.ReadEvent(json);
        if (IsValid(message, MessageKinds.Event) && IsFromKnownHost(message.Content!.Host, message.Content.HostUuid, MessageKinds.Event))
            await grains.Get(message.Content.MigrationId).HandleEventAsync(message.Content);
    }

    private static bool IsHidden(AgentMessage<HostReport> message, VmId vm) =>
        message.InvalidEntries.Any(entry => entry.IsStatus && (entry.Vm is null || entry.Vm == vm)) && message.Content!.Vms.All(known => known.Id != vm);

    // An agent of an older protocol may send what does not fit this one, so its version is looked at first.
    private bool IsSupported(HostName? host, int? protocolVersion, HostInventory? inventory = null)
    {
        if (host is not { } name || AgentProtocol.FindProblem(protocolVersion ?? AgentProtocol.Unversioned) is not { } problem)
            return true;
        if (hosts.RejectAgent(name, problem, inventory))
            LogAgentRejected(name.Value, problem);
        return false;
    }

    /// <summary>Whether a message counts at all. One that is refused goes to the error queue; of reports and inventories with one fault, the first.</summary>
    /// <exception cref="MessageRefusedException">It is refused.</exception>
    private bool IsValid<T>(AgentMessage<T> message, string kind)
        where T : class
    {
        if (message.Fault is not { } fault)
            return true;
        var sender = message.Host is { } host ? $"host {host}" : "an unknown host";
        var refused = hosts.RecordRefused(message.Host, kind, fault);
        if (refused.IsFirst)
            LogRefused(kind, sender, fault.ToString());

        // Reports come each second: they would fill the queue with one and the same fault.
        return !refused.IsNews && kind is MessageKinds.Report or MessageKinds.Inventory
            ? false
            : throw new MessageRefusedException($"invalid {kind} from {sender}: {fault}");
    }

    private bool IsFromKnownHost(HostName host, string? hostUuid, string kind)
    {
        hosts.RecordValid(host, kind);
        var identity = hosts.Identify(host, hostUuid);
        LogIdentity(host, identity);
        return identity.IsAccepted;
    }

    private void LogIdentity(HostName host, IdentityResult identity)
    {
        if (identity.NewlyInvalid.Count > 0)
            LogInvalidEntries(host.Value, identity.NewlyInvalid.Count, identity.NewlyInvalid[0].Reason);
        if (identity is { IsNewConflict: true, Rival: { } rival })
            LogConflict(host.Value, identity.Before.AgentEpoch, identity.Before.HostUuid, rival.AgentEpoch, rival.HostUuid);
        else if (identity.Verdict == IdentityVerdict.Replaced)
            LogReplaced(host.Value, identity.Before.HostUuid);
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

    [LoggerMessage(2060, LogLevel.Error, "Refusing an invalid {Kind} from {Sender}: {Fault}. Further ones are not logged until a valid one has come")]
    private partial void LogRefused(string kind, string sender, string fault);

    [LoggerMessage(2061, LogLevel.Warning, "Host {Host} sends invalid data about its VMs; entries dropped: {Count}, the first because {Reason}. These VMs are not moved")]
    private partial void LogInvalidEntries(string host, int count, string reason);

    [LoggerMessage(2062, LogLevel.Critical,
        "Two agents report as host {Host}: epoch {Epoch} (host UUID {Uuid}) counts; epoch {RivalEpoch} (host UUID {RivalUuid}) is ignored. Stop one of them or give it another name")]
    private partial void LogConflict(string host, long epoch, string uuid, long rivalEpoch, string rivalUuid);

    [LoggerMessage(2063, LogLevel.Warning, "Host {Host} has a new UUID and takes the place of the one with UUID {Before}, which had been silent")]
    private partial void LogReplaced(string host, string before);

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
