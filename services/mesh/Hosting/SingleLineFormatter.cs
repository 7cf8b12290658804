using Mesh.Cli.Output;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Mesh.Cli.Hosting;

/// <summary>
/// One line for each log entry. What goes wrong outside, such as a broker that is away, is told by its words alone; a fault,
/// which is an error or worse, keeps its stack.
/// </summary>
internal sealed class SingleLineFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "mesh-lines";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = TextFormatter.ToSingleLine(logEntry.Formatter(logEntry.State, logEntry.Exception));
        textWriter.Write($"{TimeProvider.System.GetLocalNow():HH:mm:ss} {Level(logEntry.LogLevel)} {logEntry.Category}[{logEntry.EventId.Id}] {message}");
        if (logEntry.Exception is { } exception)
            textWriter.Write(logEntry.LogLevel >= LogLevel.Error ? $": {exception}" : $": {TextFormatter.ToSingleLine(exception.GetBaseException().Message)}");
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
