using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent.Telemetry;

/// <summary>What an agent tells its operator: what it does, and why.</summary>
internal static partial class AgentLog
{
    [LoggerMessage(1000, LogLevel.Information, "Agent of {Host} started: reports each {Tick}, state in {StateDirectory}, {Unfinished} unfinished migrations to follow")]
    public static partial void Started(this ILogger log, HostName host, TimeSpan tick, string stateDirectory, int unfinished);

    [LoggerMessage(1001, LogLevel.Information, "Agent of {Host} stopped; migrations that run go on without it")]
    public static partial void Stopped(this ILogger log, HostName host);

    [LoggerMessage(1010, LogLevel.Error, "The agent's state file cannot be read and is set aside as {Path}: attempts of before now are refused, because nobody knows which are over, and migrations that run are no longer known to be the mesh's")]
    public static partial void StateCorrupt(this ILogger log, Exception error, string path);

    [LoggerMessage(1011, LogLevel.Error, "The agent's state cannot be written: what has happened now is forgotten if the agent stops")]
    public static partial void StateNotWritten(this ILogger log, Exception error);

    [LoggerMessage(1020, LogLevel.Warning, "The hypervisor does not answer: {Error}")]
    public static partial void HypervisorUnreachable(this ILogger log, string error);

    [LoggerMessage(1021, LogLevel.Information, "The hypervisor answers again")]
    public static partial void HypervisorReachable(this ILogger log);

    [LoggerMessage(1030, LogLevel.Warning, "Message to {Queue} not taken by the broker: {Error}; tried again in {Wait}")]
    public static partial void MessageNotSent(this ILogger log, string queue, string error, TimeSpan wait);

    [LoggerMessage(1031, LogLevel.Error, "Message to {Queue} given up: it cannot be written as JSON")]
    public static partial void MessageNotSerializable(this ILogger log, Exception error, string queue);

    [LoggerMessage(1032, LogLevel.Warning, "Reports are not taken by the broker: {Error}")]
    public static partial void ReportsNotSent(this ILogger log, string error);

    [LoggerMessage(1033, LogLevel.Information, "Reports are taken by the broker again")]
    public static partial void ReportsResumed(this ILogger log);

    [LoggerMessage(1034, LogLevel.Warning, "No inventory could be taken or sent: {Error}; tried again at each tick")]
    public static partial void InventoryFailed(this ILogger log, string error);

    [LoggerMessage(1040, LogLevel.Information, "{Command} {CommandId} of {MigrationId}, attempt {Epoch}, machine {VmId}: {Result}{Reasons}")]
    public static partial void CommandAnswered(
        this ILogger log, string command, CommandId commandId, MigrationId migrationId, Epoch epoch, VmId vmId, CommandResult result, string reasons);

    [LoggerMessage(1041, LogLevel.Information, "{Command} {CommandId} of {MigrationId} came again and is answered as before: {Result}")]
    public static partial void CommandRepeated(this ILogger log, string command, CommandId commandId, MigrationId migrationId, CommandResult result);

    [LoggerMessage(1042, LogLevel.Error, "{Command} {CommandId} of {MigrationId} failed")]
    public static partial void CommandFailed(this ILogger log, Exception error, string command, CommandId commandId, MigrationId migrationId);

    [LoggerMessage(1043, LogLevel.Error, "{Command} {CommandId} dropped: {Waiting} commands wait for machine {VmId} already")]
    public static partial void CommandDropped(this ILogger log, string command, CommandId commandId, int waiting, VmId vmId);
}
