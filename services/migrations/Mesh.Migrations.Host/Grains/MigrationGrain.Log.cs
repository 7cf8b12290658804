using System.Globalization;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;

namespace Mesh.Migrations.Host.Grains;

internal sealed partial class MigrationGrain
{
    private void Log(MigrationState? before, Transition transition)
    {
        var state = transition.State;
        foreach (var output in transition.Outputs)
            switch (output)
            {
                case SendCommand { Command: var command, Host: var host }:
                    LogCommand(services.Log, state.Id.Value, Discriminator.Of(command), host.Value, state.Epoch.Number);
                    break;
                case IgnoreMessage ignored:
                    LogIgnored(services.Log, state.Id.Value, state.VmName(), ignored.Message, ignored.Host.Value, ignored.Reason);
                    break;
                case PublishEvent { Event: MigrationRequested requested }:
                    LogRequested(services.Log, state.Id.Value, state.VmName(), state.Source?.Value ?? "?", DescribeTargets(state), state.Preferences.Priority, requested.RequestedBy);
                    break;
                case PublishEvent { Event: MigrationPhaseChanged changed }:
                    LogPhase(services.Log, state.Id.Value, state.VmName(), before?.Phase.ToString() ?? "", changed.Phase.ToString(), changed.Reason);
                    break;
                case PublishEvent { Event: MigrationChangeRequested change }:
                    MigrationMetrics.RecordDecision(state, change);
                    LogChange(services.Log, state.Id.Value, state.VmName(), change.Description, change.Origin.Describe(change.RequestedBy), change.Reason);
                    break;
                case PublishEvent { Event: MigrationParametersChanged changed }:
                    foreach (var parameter in changed.Parameters)
                        LogParameter(services.Log, state.Id.Value, state.VmName(), parameter.Parameter.ToName(), parameter.Result.ToString(), parameter.Explanation);
                    break;
                case PublishEvent { Event: MigrationStalled stalled }:
                    LogStalled(services.Log, state.Id.Value, state.VmName(), stalled.StalledFor.TotalSeconds);
                    break;
                case PublishEvent { Event: MigrationLimitReached reached }:
                    LogLimit(services.Log, state.Id.Value, state.VmName(), reached.Limit, reached.Value.TotalSeconds);
                    break;
                case PublishEvent { Event: MigrationRequeued requeued }:
                    LogRequeued(services.Log, state.Id.Value, state.VmName(), requeued.Destination?.Value ?? "?", requeued.Failure, requeued.Attempt);
                    break;
                case PublishEvent { Event: MigrationEnded ended }:
                    MigrationMetrics.RecordEnd(ended);
                    LogEnded(services.Log, state.Id.Value, state.VmName(), ended.Outcome.ToString(), ended.TotalTime.TotalSeconds, DescribeDowntime(ended.ActualDowntime), ended.Reason);
                    break;
            }
    }

    private static string DescribeDowntime(TimeSpan? downtime) =>
        downtime is { } known ? string.Create(CultureInfo.InvariantCulture, $", downtime {known.TotalMilliseconds:0} ms") : "";

    private static string DescribeTargets(MigrationState state) => state.Preferences.AllowedHosts.Count == 0 ? "any host" : string.Join(" or ", state.Preferences.AllowedHosts);

    [LoggerMessage(2000, LogLevel.Information, "Migration {MigrationId} of {Vm} from {Source} to {Destination} requested with priority {Priority} by {RequestedBy}")]
    private static partial void LogRequested(ILogger log, string migrationId, string vm, string source, string destination, MigrationPriority priority, string requestedBy);

    [LoggerMessage(2001, LogLevel.Information, "Migration {MigrationId} of {Vm}: {From} -> {To}. {Reason}")]
    private static partial void LogPhase(ILogger log, string migrationId, string vm, string from, string to, string reason);

    [LoggerMessage(2002, LogLevel.Information, "Migration {MigrationId} of {Vm} ended: {Outcome} after {TotalSeconds:0.0} s{Downtime}. {Reason}")]
    private static partial void LogEnded(ILogger log, string migrationId, string vm, string outcome, double totalSeconds, string downtime, string reason);

    [LoggerMessage(2003, LogLevel.Information, "Migration {MigrationId}: sending {Command} to {Host}, epoch {Epoch}")]
    private static partial void LogCommand(ILogger log, string migrationId, string command, string host, long epoch);

    [LoggerMessage(2004, LogLevel.Warning, "Migration {MigrationId} of {Vm} is stalled: remaining data has not decreased for {Seconds:0} s")]
    private static partial void LogStalled(ILogger log, string migrationId, string vm, double seconds);

    [LoggerMessage(2005, LogLevel.Warning, "Migration {MigrationId} of {Vm} reached its {Limit} of {Seconds:0} s; the source is aborting it")]
    private static partial void LogLimit(ILogger log, string migrationId, string vm, HardLimit limit, double seconds);

    [LoggerMessage(2007, LogLevel.Warning, "Migration {MigrationId} of {Vm} to {Failed} failed: {Failure}. The VM runs on its source; attempt {Attempt} is queued for another host")]
    private static partial void LogRequeued(ILogger log, string migrationId, string vm, string failed, string failure, int attempt);

    [LoggerMessage(2008, LogLevel.Information, "Migration {MigrationId} of {Vm}: {Change} (by {By}). {Reason}")]
    private static partial void LogChange(ILogger log, string migrationId, string vm, string change, string by, string reason);

    [LoggerMessage(2009, LogLevel.Information, "Migration {MigrationId} of {Vm}: {Parameter} {Result}: {Explanation}")]
    private static partial void LogParameter(ILogger log, string migrationId, string vm, string parameter, string result, string explanation);

    [LoggerMessage(2012, LogLevel.Warning, "Migration {MigrationId} of {Vm}: ignoring {Message} from {Host}: {Reason}")]
    private static partial void LogIgnored(ILogger log, string migrationId, string vm, string message, string host, string reason);

    [LoggerMessage(2006, LogLevel.Debug, "Publishing the progress of migration {MigrationId} failed")]
    private static partial void LogProgressNotPublished(ILogger log, Exception exception, string migrationId);
}
