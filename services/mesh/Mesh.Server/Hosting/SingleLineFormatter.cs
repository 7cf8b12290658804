using Mesh.Cli.Output;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Mesh.Server.Hosting;

/// <summary>
/// One line per log entry. Of exceptions below error level, and of a broker that cannot be reached, only the message is logged; other
/// errors have a stack trace.
/// </summary>
internal sealed class SingleLineFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "mesh-lines";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = TextFormatter.ToSingleLine(logEntry.Formatter(logEntry.State, logEntry.Exception));
        textWriter.Write($"{TimeProvider.System.GetLocalNow():yyyy-MM-dd HH:mm:sszzz} {Level(logEntry.LogLevel)} {logEntry.Category}[{logEntry.EventId.Id}] {message}");
        if (logEntry.Exception is { } exception)
            textWriter.Write(logEntry.LogLevel >= LogLevel.Error && !BrokerFailure.IsConnection(exception)
                ? $": {exception}"
                : $": {TextFormatter.ToSingleLine(exception.GetBaseException().Message)}");
        textWriter.WriteLine();
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Critical => "CRITICAL",
        LogLevel.Error => "ERROR",
        LogLevel.Warning => "warning",
        LogLevel.Information => "info",
        _ => "debug",
    };
}
