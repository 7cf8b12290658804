using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Microsoft.Extensions.Logging;

namespace Mesh.Gateway;

/// <summary>What the gateway logs; event ids 3000 to 3999.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(3000, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(3001, LogLevel.Information, "migration {MigrationId} of {Vm} to {Hosts} asked for by {RequestedBy}: accepted")]
    public static partial void Accepted(ILogger logger, MigrationId migrationId, string vm, string hosts, string requestedBy);

    [LoggerMessage(3002, LogLevel.Information, "migration {MigrationId} of {Vm} to {Hosts} asked for by {RequestedBy}: refused: {Reasons}")]
    public static partial void Refused(ILogger logger, MigrationId migrationId, string vm, string hosts, string requestedBy, string reasons);

    [LoggerMessage(3003, LogLevel.Warning, "a live stream was closed because its client did not keep up with {EventsWaiting} events")]
    public static partial void ClientTooSlow(ILogger logger, int eventsWaiting);

    [LoggerMessage(3004, LogLevel.Warning, "{Method} {Path}: {Problem}")]
    public static partial void ServiceUnavailable(ILogger logger, string method, string path, string problem);

    [LoggerMessage(3005, LogLevel.Information, "migration {MigrationId}: change {ChangeId} asked for by {By}: {Result}: {Explanation}")]
    public static partial void Changed(ILogger logger, MigrationId migrationId, string changeId, string by, ChangeResult result, string explanation);

    [LoggerMessage(3006, LogLevel.Warning, "answered without {What}: {Problem}")]
    public static partial void AnsweredInPart(ILogger logger, string what, string problem);

    [LoggerMessage(3007, LogLevel.Information, "{Request} asked for by {By}: {Answer}")]
    public static partial void Scheduled(ILogger logger, string request, string by, string answer);
}
