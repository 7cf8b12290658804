using System.CommandLine;
using Mesh.Cli.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Mesh.Cli.Commands;

/// <summary>A verb that runs services until it is told to stop.</summary>
internal abstract class RunVerb : SettingsVerb
{
    private readonly Option<bool> _verbose;

    protected RunVerb(string name, string description, Io io)
        : base(name, description, "The message broker: amqp://USER:PASSWORD@HOST:PORT/VHOST (amqps:// for TLS), or in-memory.", io) =>
        _verbose = Add(new Option<bool>("--verbose") { Description = "Log everything, not only what matters." });

    protected Action<ILoggingBuilder> Logging(ParseResult parsed)
    {
        var isVerbose = parsed.GetValue(_verbose);
        return logging => LogToError(logging, isVerbose ? LogLevel.Debug : LogLevel.Warning);
    }

    /// <summary>Logs to standard error, so that standard output says only what was asked for. Of the mesh itself there is always a little more.</summary>
    internal static void LogToError(ILoggingBuilder logging, LogLevel level)
    {
        logging.AddConsoleFormatter<SingleLineFormatter, ConsoleFormatterOptions>();
        logging.AddConsole(console =>
        {
            console.FormatterName = SingleLineFormatter.FormatterName;
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        logging.SetMinimumLevel(level);

        // It only repeats, with a stack, what becomes one line on standard error.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        if (level > LogLevel.Information)
            logging.AddFilter("Mesh", LogLevel.Information);
    }
}
