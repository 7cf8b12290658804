using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent.Telemetry;

internal static partial class AgentLog
{
    [LoggerMessage(1100, LogLevel.Information, "Migration {MigrationId} of {VmId} to {DestinationUri} started")]
    public static partial void JobStarted(this ILogger log, MigrationId migrationId, VmId vmId, string destinationUri);

    [LoggerMessage(1101, LogLevel.Information, "Migration {MigrationId} of {VmId}: monitoring resumed after an agent restart; it started at {StartedAt:O}")]
    public static partial void MonitoringResumed(this ILogger log, MigrationId migrationId, VmId vmId, DateTimeOffset startedAt);

    [LoggerMessage(1102, LogLevel.Information, "Migration {MigrationId} of {VmId} ended: {Result} after {Elapsed}, downtime {Downtime}. {Error}")]
    public static partial void JobEnded(
        this ILogger log, MigrationId migrationId, VmId vmId, JobResult result, TimeSpan elapsed, TimeSpan? downtime, string error);

    [LoggerMessage(1103, LogLevel.Warning, "Migration {MigrationId} of {VmId}: lost the libvirt connection ({Error}); monitoring by job status")]
    public static partial void MigrateCallLost(this ILogger log, MigrationId migrationId, VmId vmId, string error);

    [LoggerMessage(1110, LogLevel.Warning, "Migration {MigrationId} of {VmId} stalled: no progress below {Lowest} remaining for {For}")]
    public static partial void JobStalled(this ILogger log, MigrationId migrationId, VmId vmId, Bytes lowest, TimeSpan @for);

    [LoggerMessage(1111, LogLevel.Warning, "Migration {MigrationId} of {VmId}: {Limit} of {Value} exceeded; aborting")]
    public static partial void LimitExceeded(this ILogger log, MigrationId migrationId, VmId vmId, HardLimit limit, TimeSpan value);

    [LoggerMessage(1112, LogLevel.Warning, "Migration {MigrationId} of {VmId}: aborting failed ({Error}); retrying in {Wait}")]
    public static partial void AbortRetried(this ILogger log, MigrationId migrationId, VmId vmId, string error, TimeSpan wait);

    [LoggerMessage(1113, LogLevel.Warning, "Migration {MigrationId} of {VmId} can no longer be aborted: the VM runs on the destination")]
    public static partial void AbortTooLate(this ILogger log, MigrationId migrationId, VmId vmId);

    [LoggerMessage(1114, LogLevel.Information, "Migration {MigrationId} of {VmId}: downtime limit raised to {Downtime} in iteration {Iteration}")]
    public static partial void DowntimeRaised(this ILogger log, MigrationId migrationId, VmId vmId, TimeSpan downtime, long iteration);

    [LoggerMessage(1115, LogLevel.Warning, "Migration {MigrationId} of {VmId}: setting the downtime limit to {Downtime} failed: {Error}")]
    public static partial void DowntimeNotSet(this ILogger log, MigrationId migrationId, VmId vmId, TimeSpan downtime, string error);

    [LoggerMessage(1116, LogLevel.Information, "VM {VmId} resumed on the source; it was suspended for migration {MigrationId}")]
    public static partial void ResumedOnSource(this ILogger log, VmId vmId, MigrationId migrationId);

    [LoggerMessage(1117, LogLevel.Error, "VM {VmId}: resuming it on the source failed: {Error}. It was suspended for migration {MigrationId}")]
    public static partial void NotResumedOnSource(this ILogger log, VmId vmId, MigrationId migrationId, string error);

    [LoggerMessage(1118, LogLevel.Error, "Migration {MigrationId} of {VmId}: monitoring failed; retrying")]
    public static partial void MonitoringFailed(this ILogger log, Exception error, MigrationId migrationId, VmId vmId);

    [LoggerMessage(1119, LogLevel.Warning, "Migration {MigrationId} of {VmId}: nothing heard from the mesh for {After}; the agent alone limits how long it may run")]
    public static partial void MeshNotHeard(this ILogger log, MigrationId migrationId, VmId vmId, TimeSpan after);

    [LoggerMessage(1124, LogLevel.Information, "Migration {MigrationId} of {VmId}: the mesh is heard again")]
    public static partial void MeshHeardAgain(this ILogger log, MigrationId migrationId, VmId vmId);

    [LoggerMessage(1125, LogLevel.Warning, "VM {VmId} of migration {MigrationId}: setting a parameter failed ({Error}); retrying in {Wait}")]
    public static partial void SettingRetried(this ILogger log, VmId vmId, MigrationId migrationId, string error, TimeSpan wait);

    [LoggerMessage(1120, LogLevel.Information, "Created image {Path} for migration {MigrationId} of {VmId} from {Source}")]
    public static partial void ImageCreated(this ILogger log, string path, MigrationId migrationId, VmId vmId, HostName source);

    [LoggerMessage(1121, LogLevel.Information, "Deleted image {Path} of migration {MigrationId}")]
    public static partial void ImageDeleted(this ILogger log, string path, MigrationId migrationId);

    [LoggerMessage(1122, LogLevel.Warning, "Deleting image {Path} of migration {MigrationId} failed: {Error}")]
    public static partial void ImageNotDeleted(this ILogger log, string path, MigrationId migrationId, string error);

    [LoggerMessage(1123, LogLevel.Information, "VM {VmId} of migration {MigrationId} has arrived")]
    public static partial void VmArrived(this ILogger log, VmId vmId, MigrationId migrationId);

    [LoggerMessage(1130, LogLevel.Warning, "Destroyed the orphaned copy of {VmId} that migration {MigrationId} left here ({Detail}): the VM runs on {RunsOn}")]
    public static partial void OrphanDestroyed(this ILogger log, VmId vmId, MigrationId migrationId, string detail, HostName runsOn);

    [LoggerMessage(1141, LogLevel.Information, "Migration {MigrationId} of {VmId}: switching to post-copy, as requested before QEMU started copying")]
    public static partial void PostCopyStarted(this ILogger log, MigrationId migrationId, VmId vmId);

    [LoggerMessage(1142, LogLevel.Warning, "Migration {MigrationId} of {VmId}: switching to post-copy failed: {Error}")]
    public static partial void PostCopyNotStarted(this ILogger log, MigrationId migrationId, VmId vmId, string error);

    [LoggerMessage(1143, LogLevel.Warning, "Migration {MigrationId} of {VmId}: post-copy failed ({Error}); the VM is paused on both hosts until recovery")]
    public static partial void PostCopyFailed(this ILogger log, MigrationId migrationId, VmId vmId, string error);

    [LoggerMessage(1144, LogLevel.Information, "Migration {MigrationId} of {VmId}: recovering post-copy to {DestinationUri}")]
    public static partial void RecoveryStarted(this ILogger log, MigrationId migrationId, VmId vmId, string destinationUri);

    [LoggerMessage(1145, LogLevel.Warning, "Migration {MigrationId} of {VmId}: post-copy recovery failed: {Error}")]
    public static partial void RecoveryFailed(this ILogger log, MigrationId migrationId, VmId vmId, string error);

    [LoggerMessage(1150, LogLevel.Information, "Migration {MigrationId} of {VmId}: vCPU throttle raised to {Throttle}: dirty rate too high")]
    public static partial void ThrottleRaised(this ILogger log, MigrationId migrationId, VmId vmId, Percent throttle);

    [LoggerMessage(1151, LogLevel.Warning, "Migration {MigrationId} of {VmId}: setting the vCPU throttle to {Throttle} failed: {Error}")]
    public static partial void ThrottleNotSet(this ILogger log, MigrationId migrationId, VmId vmId, Percent throttle, string error);

    [LoggerMessage(1152, LogLevel.Information, "VM {VmId}: CPU throttle of migration {MigrationId} removed")]
    public static partial void ThrottleLifted(this ILogger log, VmId vmId, MigrationId migrationId);

    [LoggerMessage(1153, LogLevel.Error, "VM {VmId}: removing the CPU throttle of migration {MigrationId} failed ({Error}); retrying with every inventory")]
    public static partial void ThrottleNotLifted(this ILogger log, VmId vmId, MigrationId migrationId, string error);

    [LoggerMessage(1154, LogLevel.Warning, "VM {Name} ({VmId}): removed a stale CPU throttle of {Throttle}; no migration of it runs here")]
    public static partial void StaleThrottleLifted(this ILogger log, string name, VmId vmId, Percent throttle);

    [LoggerMessage(1155, LogLevel.Error, "VM {Name} ({VmId}): removing a stale CPU throttle of {Throttle} failed: {Error}")]
    public static partial void StaleThrottleNotLifted(this ILogger log, string name, VmId vmId, Percent throttle, string error);
}
