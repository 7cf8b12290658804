using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Microsoft.Extensions.Logging;

namespace Mesh.Gateway.Logging;

/// <summary>The gateway's log messages; event ids 3000 to 3999.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(3000, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(3001, LogLevel.Information, "Migration {MigrationId} of {Vm} to {Hosts} accepted (requested by {RequestedBy})")]
    public static partial void Accepted(ILogger logger, MigrationId migrationId, string vm, string hosts, string requestedBy);

    [LoggerMessage(3002, LogLevel.Information, "Migration {MigrationId} of {Vm} to {Hosts} refused (requested by {RequestedBy}): {Reasons}")]
    public static partial void Refused(ILogger logger, MigrationId migrationId, string vm, string hosts, string requestedBy, string reasons);

    [LoggerMessage(3003, LogLevel.Warning, "Closed a live stream: its client is too slow ({BufferedEvents} events buffered)")]
    public static partial void ClientTooSlow(ILogger logger, int bufferedEvents);

    [LoggerMessage(3004, LogLevel.Warning, "{Method} {Path}: {Problem}")]
    public static partial void ServiceUnavailable(ILogger logger, string method, string path, string problem);

    [LoggerMessage(3005, LogLevel.Information, "Change {ChangeId} of migration {MigrationId} (requested by {RequestedBy}): {Result}: {Explanation}")]
    public static partial void Changed(ILogger logger, MigrationId migrationId, string changeId, string requestedBy, ChangeResult result, string explanation);

    [LoggerMessage(3006, LogLevel.Warning, "Responding without {What}: {Problem}")]
    public static partial void PartialResponse(ILogger logger, string what, string problem);

    [LoggerMessage(3007, LogLevel.Information, "{Request} (requested by {RequestedBy}): {Outcome}")]
    public static partial void Scheduled(ILogger logger, string request, string requestedBy, string outcome);
}
