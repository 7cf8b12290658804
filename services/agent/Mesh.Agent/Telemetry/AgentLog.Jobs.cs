using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent.Telemetry;

internal static partial class AgentLog
{
    [LoggerMessage(1100, LogLevel.Information, "Migration {MigrationId} of {VmId} to {DestinationUri} begins")]
    public static partial void JobStarted(this ILogger log, MigrationId migrationId, VmId vmId, string destinationUri);

    [LoggerMessage(1101, LogLevel.Information, "Migration {MigrationId} of {VmId} was begun at {StartedAt:O} by an earlier process of the agent and is followed again")]
    public static partial void MonitoringResumed(this ILogger log, MigrationId migrationId, VmId vmId, DateTimeOffset startedAt);

    [LoggerMessage(1102, LogLevel.Information, "Migration {MigrationId} of {VmId} ended: {Result} after {Elapsed}, downtime {Downtime}. {Error}")]
    public static partial void JobEnded(
        this ILogger log, MigrationId migrationId, VmId vmId, JobResult result, TimeSpan elapsed, TimeSpan? downtime, string error);

    [LoggerMessage(1103, LogLevel.Warning, "Migration {MigrationId} of {VmId}: the call that runs it has lost libvirt ({Error}); it is followed by what libvirt tells of it")]
    public static partial void MigrateCallLost(this ILogger log, MigrationId migrationId, VmId vmId, string error);

    [LoggerMessage(1110, LogLevel.Warning, "Migration {MigrationId} of {VmId} stalls: nothing below {Lowest} remaining for {For}")]
    public static partial void JobStalled(this ILogger log, MigrationId migrationId, VmId vmId, Bytes lowest, TimeSpan @for);

    [LoggerMessage(1111, LogLevel.Warning, "Migration {MigrationId} of {VmId} is aborted: its {Limit} of {Value} passed")]
    public static partial void LimitExceeded(this ILogger log, MigrationId migrationId, VmId vmId, HardLimit limit, TimeSpan value);

    [LoggerMessage(1112, LogLevel.Warning, "Aborting migration {MigrationId} of {VmId} had no effect yet ({Error}); tried again in {Wait}")]
    public static partial void AbortRetried(this ILogger log, MigrationId migrationId, VmId vmId, string error, TimeSpan wait);

    [LoggerMessage(1113, LogLevel.Warning, "Migration {MigrationId} of {VmId} can no longer be aborted: the machine runs on the destination")]
    public static partial void AbortTooLate(this ILogger log, MigrationId migrationId, VmId vmId);

    [LoggerMessage(1114, LogLevel.Information, "Migration {MigrationId} of {VmId}: downtime limit raised to {Downtime} for pass {Iteration}")]
    public static partial void DowntimeRaised(this ILogger log, MigrationId migrationId, VmId vmId, TimeSpan downtime, long iteration);

    [LoggerMessage(1115, LogLevel.Warning, "Migration {MigrationId} of {VmId}: downtime limit of {Downtime} not set: {Error}")]
    public static partial void DowntimeNotSet(this ILogger log, MigrationId migrationId, VmId vmId, TimeSpan downtime, string error);

    [LoggerMessage(1116, LogLevel.Information, "Machine {VmId}, suspended for migration {MigrationId}, runs again on the source")]
    public static partial void ResumedOnSource(this ILogger log, VmId vmId, MigrationId migrationId);

    [LoggerMessage(1117, LogLevel.Error, "Machine {VmId}, suspended for migration {MigrationId}, could not be resumed on the source: {Error}")]
    public static partial void NotResumedOnSource(this ILogger log, VmId vmId, MigrationId migrationId, string error);

    [LoggerMessage(1118, LogLevel.Error, "Following migration {MigrationId} of {VmId} failed; it is tried again")]
    public static partial void MonitoringFailed(this ILogger log, Exception error, MigrationId migrationId, VmId vmId);

    [LoggerMessage(1120, LogLevel.Information, "Image {Path} created for migration {MigrationId} of {VmId} from {Source}")]
    public static partial void ImageCreated(this ILogger log, string path, MigrationId migrationId, VmId vmId, HostName source);

    [LoggerMessage(1121, LogLevel.Information, "Image {Path} of migration {MigrationId} deleted")]
    public static partial void ImageDeleted(this ILogger log, string path, MigrationId migrationId);

    [LoggerMessage(1122, LogLevel.Warning, "Image {Path} of migration {MigrationId} could not be deleted: {Error}")]
    public static partial void ImageNotDeleted(this ILogger log, string path, MigrationId migrationId, string error);

    [LoggerMessage(1123, LogLevel.Information, "Machine {VmId} of migration {MigrationId} has arrived")]
    public static partial void VmArrived(this ILogger log, VmId vmId, MigrationId migrationId);

    [LoggerMessage(1130, LogLevel.Warning, "The copy of {VmId} that migration {MigrationId} left here ({Detail}) was destroyed: {RunsOn} runs the machine")]
    public static partial void OrphanDestroyed(this ILogger log, VmId vmId, MigrationId migrationId, string detail, HostName runsOn);

    [LoggerMessage(1141, LogLevel.Information, "Migration {MigrationId} of {VmId} changes over to post-copy, as was asked for before QEMU had begun")]
    public static partial void PostCopyStarted(this ILogger log, MigrationId migrationId, VmId vmId);

    [LoggerMessage(1142, LogLevel.Warning, "Migration {MigrationId} of {VmId} does not change over to post-copy: {Error}")]
    public static partial void PostCopyNotStarted(this ILogger log, MigrationId migrationId, VmId vmId, string error);

    [LoggerMessage(1143, LogLevel.Warning, "Migration {MigrationId} of {VmId}: post-copy has lost its connection ({Error}); both copies wait until it is taken up again")]
    public static partial void PostCopyFailed(this ILogger log, MigrationId migrationId, VmId vmId, string error);

    [LoggerMessage(1144, LogLevel.Information, "Migration {MigrationId} of {VmId}: its broken post-copy to {DestinationUri} is taken up again")]
    public static partial void RecoveryStarted(this ILogger log, MigrationId migrationId, VmId vmId, string destinationUri);

    [LoggerMessage(1145, LogLevel.Warning, "Migration {MigrationId} of {VmId}: its post-copy could not be taken up again, or broke anew: {Error}")]
    public static partial void RecoveryFailed(this ILogger log, MigrationId migrationId, VmId vmId, string error);

    [LoggerMessage(1150, LogLevel.Information, "Migration {MigrationId} of {VmId}: its processors are slowed down by {Throttle}, because it dirties memory too fast")]
    public static partial void ThrottleRaised(this ILogger log, MigrationId migrationId, VmId vmId, Percent throttle);

    [LoggerMessage(1151, LogLevel.Warning, "Migration {MigrationId} of {VmId}: its processors could not be slowed down by {Throttle}: {Error}")]
    public static partial void ThrottleNotSet(this ILogger log, MigrationId migrationId, VmId vmId, Percent throttle, string error);

    [LoggerMessage(1152, LogLevel.Information, "Machine {VmId}, slowed down for migration {MigrationId}, has its processors back")]
    public static partial void ThrottleLifted(this ILogger log, VmId vmId, MigrationId migrationId);

    [LoggerMessage(1153, LogLevel.Error, "Machine {VmId}, slowed down for migration {MigrationId}, could not be given its processors back ({Error}); tried again with each inventory")]
    public static partial void ThrottleNotLifted(this ILogger log, VmId vmId, MigrationId migrationId, string error);

    [LoggerMessage(1154, LogLevel.Warning, "Machine {Name} ({VmId}) was still slowed down by {Throttle} though no migration of it runs here; it has its processors back")]
    public static partial void StaleThrottleLifted(this ILogger log, string name, VmId vmId, Percent throttle);

    [LoggerMessage(1155, LogLevel.Error, "Machine {Name} ({VmId}) is still slowed down by {Throttle} though no migration of it runs here, and that could not be lifted: {Error}")]
    public static partial void StaleThrottleNotLifted(this ILogger log, string name, VmId vmId, Percent throttle, string error);
}
