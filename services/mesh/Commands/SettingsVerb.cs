using System.CommandLine;
using Mesh.Cli.Hosting;
using Microsoft.Extensions.Configuration;

namespace Mesh.Cli.Commands;

/// <summary>A verb that takes the settings of services: from options, the environment, a file, and defaults.</summary>
internal abstract class SettingsVerb : Verb
{
    private readonly Option<FileInfo?> _config;
    private readonly Dictionary<Option<string?>, string> _keys = [];

    protected SettingsVerb(string name, string description, string brokerDescription, Io io)
        : base(name, description)
    {
        Io = io;
        SetAction((parsed, cancellation) => RunAsync(parsed, cancellation));
        Setting("--broker", "BROKER", brokerDescription, Settings.Broker);
        _config = Add(new Option<FileInfo?>("--config")
        {
            Description = "A JSON file with settings; options and the environment count before it.",
            HelpName = "FILE",
        });
    }

    protected Io Io { get; }

    protected abstract Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation);

    /// <summary>An option that sets a key of the configuration.</summary>
    protected void Setting(string name, string helpName, string description, string key) =>
        _keys.Add(Add(new Option<string?>(name) { Description = description, HelpName = helpName }), key);

    protected IConfigurationRoot LoadSettings(ParseResult parsed, params KeyValuePair<string, string?>[] further) =>
        Settings.Load(
            Io,
            parsed.GetValue(_config),
            [.. _keys.Select(pair => KeyValuePair.Create(pair.Value, parsed.GetValue(pair.Key))), .. further]);
}
