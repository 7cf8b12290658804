using System.CommandLine;
using Mesh.Cli.Running;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Mesh.Cli.Commands;

/// <summary>A verb that runs services until it is told to stop.</summary>
internal abstract class RunVerb : Verb
{
    private readonly Option<FileInfo?> _config;
    private readonly Option<bool> _verbose;
    private readonly Dictionary<Option<string?>, string> _keys = [];

    protected RunVerb(string name, string description, Io io)
        : base(name, description)
    {
        Io = io;
        SetAction((parsed, cancellation) => RunAsync(parsed, cancellation));
        Setting("--broker", "BROKER", "The message broker: amqp://USER:PASSWORD@HOST:PORT/VHOST (amqps:// for TLS), or in-memory.", Settings.Broker);
        _config = Add(new Option<FileInfo?>("--config")
        {
            Description = "A JSON file with settings; options and the environment count before it.",
            HelpName = "FILE",
        });
        _verbose = Add(new Option<bool>("--verbose") { Description = "Log everything, not only what matters." });
    }

    protected Io Io { get; }

    protected abstract Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation);

    /// <summary>An option that sets a key of the configuration.</summary>
    protected void Setting(string name, string helpName, string description, string key) =>
        _keys.Add(Add(new Option<string?>(name) { Description = description, HelpName = helpName }), key);

    protected IConfigurationRoot Gather(ParseResult parsed, params KeyValuePair<string, string?>[] further) =>
        Settings.Gather(
            Io,
            parsed.GetValue(_config),
            [.. _keys.Select(pair => KeyValuePair.Create(pair.Value, parsed.GetValue(pair.Key))), .. further]);

    protected Action<ILoggingBuilder> Logging(ParseResult parsed)
    {
        var isVerbose = parsed.GetValue(_verbose);
        return logging => LogToError(logging, isVerbose ? LogLevel.Debug : LogLevel.Warning);
    }

    /// <summary>Logs to standard error, so that standard output says only what was asked for. Of the mesh itself there is always a little more.</summary>
    internal static void LogToError(ILoggingBuilder logging, LogLevel level)
    {
        logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        logging.AddConsole(console =>
        {
            console.FormatterName = LineFormatter.FormatterName;
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        logging.SetMinimumLevel(level);

        // It only repeats, with a stack, what becomes one line on standard error.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        if (level > LogLevel.Information)
            logging.AddFilter("Mesh", LogLevel.Information);
    }
}
