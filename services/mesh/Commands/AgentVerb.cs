using System.CommandLine;
using System.CommandLine.Parsing;
using Mesh.Agent.Configuration;
using Mesh.Agent.Host;
using Mesh.Cli.Hosting;
using Mesh.Contracts.Values;
using Mesh.Hosting;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Errors;
using Mesh.Hosting.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh agent</c>.</summary>
internal sealed class AgentVerb : RunVerb
{
    private readonly Option<HostName?> _name;
    private readonly Option<TimeSpan?> _keepAliveInterval;
    private readonly Option<int?> _keepAliveCount;
    private readonly Option<IReadOnlyDictionary<string, string>> _labels;
    private readonly Option<int?> _link;
    private readonly Option<IReadOnlyList<string>> _sharedPaths;

    public AgentVerb(Io io)
        : base("agent", "Run the agent of a libvirt host.", io)
    {
        _name = Add(new Option<HostName?>("--name")
        {
            Description = "The host's name in the mesh. Default: the machine's own name.",
            HelpName = "HOST",
            CustomParser = OptionParsers.ParsedOption("--name", text => new HostName(text)),
        });
        Setting("--libvirt", "URI", "The hypervisor's libvirt URI. Default: qemu:///system.", "Agent:LibvirtUri");
        Setting("--migration-target", "URI", "How another host's libvirt reaches this one. Default: qemu+tcp://HOST/system.", "Agent:MigrationTarget");
        Setting("--state", "DIR", $"Where the agent keeps its state. Default: {AgentOptions.DefaultStateDirectory}.", "Agent:StateDirectory");
        _keepAliveInterval = Add(new Option<TimeSpan?>("--keepalive-interval")
        {
            Description = "Time between keepalive probes of the libvirt connection; 0 for none. Default: 5.",
            HelpName = "SECONDS",
            CustomParser = OptionParsers.Seconds("--keepalive-interval", 0),
        });
        _keepAliveCount = Add(new Option<int?>("--keepalive-count")
        {
            Description = "Unanswered probes after which the connection counts as broken. Default: 5.",
            HelpName = "N",
            CustomParser = OptionParsers.Count("--keepalive-count", "probes", 1, 100),
        });
        _labels = Add(new Option<IReadOnlyDictionary<string, string>>("--label")
        {
            Description = "A label of the host for placement, such as zone=a. May be given several times.",
            HelpName = "KEY=VALUE",
            Arity = ArgumentArity.OneOrMore,
            CustomParser = Labels,
        });
        _link = Add(new Option<int?>("--link")
        {
            Description = "What the host's migration link carries in each direction. Default: the speed of --link-device.",
            HelpName = "MiB/s",
            CustomParser = OptionParsers.Count("--link", "MiB/s", 1, 1_000_000),
        });
        Setting("--link-device", "DEVICE", "The network device that migrations go over, such as eth1. Default: none, and the link's speed is unknown.", "Agent:LinkDevice");
        _sharedPaths = Add(new Option<IReadOnlyList<string>>("--shared-path")
        {
            Description = "A directory that other hosts reach too, though its file system does not show it. May be given several times.",
            HelpName = "DIR",
            CustomParser = OptionParsers.List("--shared-path", "directories"),
        });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh agent --broker amqp://guest:guest@rabbit:5672", "on a libvirt host, under its own name"),
        ("mesh agent --label zone=a --label disk=ssd --link-device eth1 --broker amqp://rabbit", "with what the scheduler places by"),
        ("mesh agent --name host-b --libvirt qemu+tcp://hostb/system --state /tmp/b --broker amqp://rabbit", "for another host, from here"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var settings = LoadSettings(
            parsed,
            [
                KeyValuePair.Create("Agent:Host", parsed.GetValue(_name)?.ToString()),
                KeyValuePair.Create("Agent:KeepAliveInterval", parsed.GetValue(_keepAliveInterval)?.ToString("c")),
                KeyValuePair.Create("Agent:KeepAliveCount", parsed.GetValue(_keepAliveCount)?.ToString()),
                KeyValuePair.Create("Agent:LinkMebibytesPerSecond", parsed.GetValue(_link)?.ToString()),
                .. (parsed.GetValue(_labels) ?? new Dictionary<string, string>()).Select(label => KeyValuePair.Create($"Agent:Labels:{label.Key}", (string?)label.Value)),
                .. (parsed.GetValue(_sharedPaths) ?? []).Select((path, index) => KeyValuePair.Create($"Agent:SharedPaths:{index}", (string?)path)),
            ]);
        var broker = settings[Settings.Broker] ?? BusOptions.InMemory;
        if (string.Equals(broker, BusOptions.InMemory, StringComparison.OrdinalIgnoreCase))
            throw new ProblemException(
                "an agent by itself needs a broker to reach the mesh: give --broker amqp://USER:PASSWORD@HOST:PORT/VHOST or set MESH_BROKER");

        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddConfiguration(settings);
        builder.Logging.AddConfiguration(settings.GetSection("Logging"));
        Logging(parsed)(builder.Logging);
        builder.Services.AddMeshBus(settings).AddMeshTelemetry(settings, "agent").AddLibvirtAgent(settings);
        using var host = builder.Build();
        try
        {
            await host.StartAsync(cancellation);
            await Io.Out.WriteLineAsync($"mesh agent is up (broker {Secrets.MaskPassword(broker)})");
            await Io.Out.FlushAsync(cancellation);
            await host.WaitForShutdownAsync(cancellation);
        }
        catch (Exception e) when (MeshHost.DescribeStartFailure(e, settings) is { } words)
        {
            throw new CliException(words.ExitCode, words.Message, e);
        }

        await host.StopAsync(CancellationToken.None);
        return ExitCodes.Success;
    }

    private static Dictionary<string, string> Labels(ArgumentResult result)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in result.Tokens.Select(token => token.Value))
        {
            if (text.Split('=', 2) is not [var key, var value])
                result.AddError($"--label '{text}' is not accepted: it takes KEY=VALUE, such as zone=a");
            else if (HostLabelValidator.ValidateLabel(key, value) is { } problem)
                result.AddError($"--label '{text}' is not accepted: {problem}");
            else if (!labels.TryAdd(key, value))
                result.AddError($"--label '{key}' is given twice");
        }

        return labels;
    }
}
