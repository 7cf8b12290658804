using System.CommandLine;
using Mesh.Cli.Shell;
using Mesh.Server.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Mesh.Server;

/// <summary>A verb that takes the services' settings: from options, environment variables, a file, and defaults.</summary>
internal abstract class SettingsVerb : ServerVerb
{
    private readonly Option<FileInfo?> _config;
    private readonly Dictionary<Option<string?>, string> _keys = [];

    protected SettingsVerb(string name, string description, string brokerDescription, Io io)
        : base(name, description, io)
    {
        Setting("--broker", "BROKER", brokerDescription, Settings.Broker);
        _config = Add(new Option<FileInfo?>("--config")
        {
            Description = "JSON file with settings; options and environment variables take precedence.",
            HelpName = "FILE",
        });
    }

    /// <summary>Adds an option that sets a configuration key.</summary>
    protected void Setting(string name, string helpName, string description, string key) =>
        _keys.Add(Add(new Option<string?>(name) { Description = description, HelpName = helpName }), key);

    protected IConfigurationRoot LoadSettings(ParseResult parsed, params KeyValuePair<string, string?>[] further) =>
        Settings.Load(
            Io,
            parsed.GetValue(_config),
            [.. _keys.Select(pair => KeyValuePair.Create(pair.Value, parsed.GetValue(pair.Key))), .. further]);
}

/// <summary>A verb that runs services until it is stopped.</summary>
internal abstract class RunVerb : SettingsVerb
{
    private readonly Option<bool> _verbose;

    protected RunVerb(string name, string description, Io io)
        : base(name, description, "Message broker: amqp://USER:PASSWORD@HOST:PORT/VHOST (amqps:// for TLS), or in-memory.", io) =>
        _verbose = Add(new Option<bool>("--verbose") { Description = "Log at debug level." });

    protected Action<ILoggingBuilder> Logging(ParseResult parsed)
    {
        var isVerbose = parsed.GetValue(_verbose);
        return logging => LogToError(logging, isVerbose ? LogLevel.Debug : LogLevel.Warning);
    }

    /// <summary>Logs to standard error, since standard output is for results. The mesh's own information is always logged.</summary>
    internal static void LogToError(ILoggingBuilder logging, LogLevel level)
    {
        logging.AddConsoleFormatter<SingleLineFormatter, ConsoleFormatterOptions>();
        logging.AddConsole(console =>
        {
            console.FormatterName = SingleLineFormatter.FormatterName;
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        logging.SetMinimumLevel(level);

        // It would repeat, with a stack trace, the error that is reported in one line.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        if (level > LogLevel.Information)
            logging.AddFilter("Mesh", LogLevel.Information);
    }
}
