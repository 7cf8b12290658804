using System.CommandLine;
using System.CommandLine.Parsing;
using Mesh.Agent.Configuration;
using Mesh.Agent.Host;
using Mesh.Cli.Commands;
using Mesh.Cli.Shell;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Mesh.Hosting;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Errors;
using Mesh.Hosting.Telemetry;
using Mesh.Server.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Server;

/// <summary><c>mesh agent</c>.</summary>
internal sealed class AgentVerb : RunVerb
{
    private readonly Option<HostName?> _name;
    private readonly Option<TimeSpan?> _keepAliveInterval;
    private readonly Option<int?> _keepAliveCount;
    private readonly Option<TimeSpan?> _autonomyAfter;
    private readonly Option<IReadOnlyDictionary<string, string>> _labels;
    private readonly Option<int?> _link;
    private readonly Option<IReadOnlyList<string>> _sharedPaths;

    public AgentVerb(Io io)
        : base("agent", "Run the agent of a libvirt host.", io)
    {
        _name = Add(new Option<HostName?>("--name")
        {
            Description = "Name of the host in the mesh. Default: the computer's host name.",
            HelpName = "HOST",
            CustomParser = OptionParsers.ParsedOption("--name", text => new HostName(text)),
        });
        Setting("--libvirt", "URI", "libvirt URI of the hypervisor. Default: qemu:///system.", "Agent:LibvirtUri");
        Setting("--migration-target", "URI", "libvirt URI by which other hosts reach this one. Default: qemu+tcp://HOST/system.", "Agent:MigrationTarget");
        Setting("--state", "DIR", $"State directory of the agent. Default: {AgentOptions.DefaultStateDirectory}.", "Agent:StateDirectory");
        _keepAliveInterval = Add(new Option<TimeSpan?>("--keepalive-interval")
        {
            Description = "Interval of keepalive probes of the libvirt connection; 0 to disable. Default: 5.",
            HelpName = "SECONDS",
            CustomParser = OptionParsers.Seconds("--keepalive-interval", 0),
        });
        _keepAliveCount = Add(new Option<int?>("--keepalive-count")
        {
            Description = "Number of unanswered probes after which the connection is closed. Default: 5.",
            HelpName = "N",
            CustomParser = OptionParsers.Count("--keepalive-count", "probes", 1, 100),
        });
        _autonomyAfter = Add(new Option<TimeSpan?>("--autonomy-after")
        {
            Description = "How long the mesh may be silent before the agent alone limits migrations without a completion timeout. Default: 150.",
            HelpName = "SECONDS",
            CustomParser = OptionParsers.Seconds("--autonomy-after", 2 * (int)AgentProtocol.HeartbeatInterval.TotalSeconds),
        });
        _labels = Add(new Option<IReadOnlyDictionary<string, string>>("--label")
        {
            Description = "Host label for placement, such as zone=a. Can be repeated.",
            HelpName = "KEY=VALUE",
            Arity = ArgumentArity.OneOrMore,
            CustomParser = Labels,
        });
        _link = Add(new Option<int?>("--link")
        {
            Description = "Bandwidth of the host's migration link in each direction. Default: the speed of --link-device.",
            HelpName = "MiB/s",
            CustomParser = OptionParsers.Count("--link", "MiB/s", 1, 1_000_000),
        });
        Setting("--link-device", "DEVICE", "Network device used for migrations, such as eth1. Default: none; the link's speed is unknown.", "Agent:LinkDevice");
        _sharedPaths = Add(new Option<IReadOnlyList<string>>("--shared-path")
        {
            Description = "Directory shared with other hosts whose file system type does not show it. Can be repeated.",
            HelpName = "DIR",
            CustomParser = OptionParsers.List("--shared-path", "directories"),
        });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh agent --broker amqp://guest:guest@rabbit:5672", "run on a libvirt host, under its host name"),
        ("mesh agent --label zone=a --label disk=ssd --link-device eth1 --broker amqp://rabbit", "with labels and a link for the scheduler"),
        ("mesh agent --name host-b --libvirt qemu+tcp://hostb/system --state /tmp/b --broker amqp://rabbit", "for a remote host"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var settings = LoadSettings(
            parsed,
            [
                KeyValuePair.Create("Agent:Host", parsed.GetValue(_name)?.ToString()),
                KeyValuePair.Create("Agent:KeepAliveInterval", parsed.GetValue(_keepAliveInterval)?.ToString("c")),
                KeyValuePair.Create("Agent:KeepAliveCount", parsed.GetValue(_keepAliveCount)?.ToString()),
                KeyValuePair.Create("Agent:AutonomyAfter", parsed.GetValue(_autonomyAfter)?.ToString("c")),
                KeyValuePair.Create("Agent:LinkMebibytesPerSecond", parsed.GetValue(_link)?.ToString()),
                .. (parsed.GetValue(_labels) ?? new Dictionary<string, string>()).Select(label => KeyValuePair.Create($"Agent:Labels:{label.Key}", (string?)label.Value)),
                .. (parsed.GetValue(_sharedPaths) ?? []).Select((path, index) => KeyValuePair.Create($"Agent:SharedPaths:{index}", (string?)path)),
            ]);
        var broker = settings[Settings.Broker] ?? BusOptions.InMemory;
        if (string.Equals(broker, BusOptions.InMemory, StringComparison.OrdinalIgnoreCase))
            throw new ProblemException(
                "an agent requires a broker to connect to the mesh: use --broker amqp://USER:PASSWORD@HOST:PORT/VHOST or set MESH_BROKER");

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
        catch (Exception e) when (MeshHost.DescribeStartFailure(e, settings) is { } failure)
        {
            throw new CliException(failure.ExitCode, failure.Message, e);
        }

        await host.StopAsync(CancellationToken.None);
        MeshHost.ThrowIfRefused(host.Services);
        return ExitCodes.Success;
    }

    private static Dictionary<string, string> Labels(ArgumentResult result)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in result.Tokens.Select(token => token.Value))
        {
            if (text.Split('=', 2) is not [var key, var value])
                result.AddError($"invalid value '{text}' for --label: expected KEY=VALUE, such as zone=a");
            else if (HostLabelValidator.ValidateLabel(key, value) is { } problem)
                result.AddError($"invalid value '{text}' for --label: {problem}");
            else if (!labels.TryAdd(key, value))
                result.AddError($"duplicate --label '{key}'");
        }

        return labels;
    }
}
