using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent.Telemetry;

internal static partial class AgentLog
{
    [LoggerMessage(1000, LogLevel.Information, "Agent of {Host} started: reporting every {Tick}, state in {StateDirectory}, monitoring {Unfinished} unfinished migrations")]
    public static partial void Started(this ILogger log, HostName host, TimeSpan tick, string stateDirectory, int unfinished);

    [LoggerMessage(1001, LogLevel.Information, "Agent of {Host} stopped; running migrations continue without it")]
    public static partial void Stopped(this ILogger log, HostName host);

    [LoggerMessage(1010, LogLevel.Error, "The state file is corrupt and was moved to {Path}. Attempts started before now are rejected, because some may have ended; running migrations are treated as external")]
    public static partial void StateCorrupt(this ILogger log, Exception error, string path);

    [LoggerMessage(1011, LogLevel.Error, "Writing the state file failed: recent changes will be lost on exit")]
    public static partial void StateNotWritten(this ILogger log, Exception error);

    [LoggerMessage(1020, LogLevel.Warning, "The hypervisor is not responding: {Error}")]
    public static partial void HypervisorUnreachable(this ILogger log, string error);

    [LoggerMessage(1021, LogLevel.Information, "The hypervisor is responding again")]
    public static partial void HypervisorReachable(this ILogger log);

    [LoggerMessage(1022, LogLevel.Warning, "VM {Name} ({VmId}) is not responding: {Reason}. It is reported as last known and cannot be migrated")]
    public static partial void VmNotResponding(this ILogger log, string name, VmId vmId, string reason);

    [LoggerMessage(1023, LogLevel.Information, "VM {Name} ({VmId}) is responding again")]
    public static partial void VmResponding(this ILogger log, string name, VmId vmId);

    [LoggerMessage(1030, LogLevel.Warning, "Sending to {Queue} failed: {Error}; retrying in {Wait}")]
    public static partial void MessageNotSent(this ILogger log, string queue, string error, TimeSpan wait);

    [LoggerMessage(1031, LogLevel.Error, "Dropped a message to {Queue}: it cannot be serialized")]
    public static partial void MessageNotSerializable(this ILogger log, Exception error, string queue);

    [LoggerMessage(1032, LogLevel.Warning, "Sending reports failed: {Error}; retrying")]
    public static partial void ReportsNotSent(this ILogger log, string error);

    [LoggerMessage(1033, LogLevel.Information, "Reports are accepted by the broker again")]
    public static partial void ReportsResumed(this ILogger log);

    [LoggerMessage(1034, LogLevel.Warning, "Collecting or sending the inventory failed: {Error}; retrying at every tick")]
    public static partial void InventoryFailed(this ILogger log, string error);

    [LoggerMessage(1040, LogLevel.Information, "{Command} {CommandId} of {MigrationId}, attempt {Epoch}, VM {VmId}: {Result}{Reasons}")]
    public static partial void CommandAnswered(
        this ILogger log, string command, CommandId commandId, MigrationId migrationId, Epoch epoch, VmId vmId, CommandResult result, string reasons);

    [LoggerMessage(1041, LogLevel.Information, "{Command} {CommandId} of {MigrationId} is a duplicate; repeating the answer: {Result}")]
    public static partial void CommandRepeated(this ILogger log, string command, CommandId commandId, MigrationId migrationId, CommandResult result);

    [LoggerMessage(1042, LogLevel.Error, "{Command} {CommandId} of {MigrationId} failed")]
    public static partial void CommandFailed(this ILogger log, Exception error, string command, CommandId commandId, MigrationId migrationId);

    [LoggerMessage(1043, LogLevel.Error, "Dropped {Command} {CommandId}: {Waiting} commands are already queued for VM {VmId}")]
    public static partial void CommandDropped(this ILogger log, string command, CommandId commandId, int waiting, VmId vmId);
}
