using Mesh.Agent.Configuration;
using Mesh.Agent.Host;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt.Adapter;
using Mesh.Contracts.Values;
using Mesh.Hosting.Errors;
using Mesh.Hosting.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Mesh.Agent.Tests;

public sealed class AgentOptionsTests
{
    private static readonly HostName HostA = new("hosta");
    private static readonly HostName HostB = new("hostb");

    [Fact]
    public void The_defaults_are_accepted() =>
        AgentOptionsValidator.Validate(new AgentOptions()).Concat(new LibvirtOptions().Validate()).ShouldBeEmpty();

    [Fact]
    public void Every_problem_is_reported_at_once()
    {
        var problems = AgentOptionsValidator.Validate(new AgentOptions
        {
            Tick = TimeSpan.FromMilliseconds(1),
            FastTick = TimeSpan.FromSeconds(5),
            RecordsKeptMax = 1,
            MemoryMarginMebibytes = -1,
            MigrationTarget = "hostb",
            StateDirectory = "",
            LinkMebibytesPerSecond = 0,
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["zone"] = "", ["Host"] = "x", ["a b"] = "c" },
        }).ToList();

        problems.Count.ShouldBe(10);
        problems.ShouldContain("Agent:Tick must be 50 ms to 60 s, not 1 ms");
        problems.ShouldContain("Agent:FastTick (5 s) must not exceed Agent:Tick (1 ms)");
        problems.ShouldContain("Agent:LinkMebibytesPerSecond must be 1 to 1000000, not 0");
        problems.ShouldContain("Agent:Labels: the value of 'zone' must have 1 to 253 characters");
        problems.ShouldContain("Agent:Labels: the key 'Host' is reserved for the host's name");
        problems.ShouldContain("Agent:Labels: the key 'a b' must have 1 to 253 characters other than spaces, '=' and ':'");
    }

    [Fact]
    public void Limits_that_hold_without_the_mesh_cannot_be_switched_off()
    {
        var problems = AgentOptionsValidator.Validate(new AgentOptions
        {
            AutonomyAfter = TimeSpan.FromSeconds(59),
            AutonomousCompletionTimeoutPerGiB = TimeSpan.Zero,
            VmResponseTimeout = TimeSpan.Zero,
            SettingRetryTime = TimeSpan.FromSeconds(-1),
        });

        problems.ShouldBe(
            [
                "Agent:VmResponseTimeout must be 1 s to 60 s, not 0 ms",
                "Agent:AutonomyAfter must be 60 s to 86400 s, not 59 s",
                "Agent:AutonomousCompletionTimeoutPerGiB must be 1 s to 86400 s, not 0 ms",
                "Agent:SettingRetryTime must be 0 ms to 300 s, not -1000 ms",
            ], ignoreOrder: true);
    }

    [Fact]
    public void Every_problem_of_the_libvirt_settings_is_reported_at_once()
    {
        var problems = new LibvirtOptions
        {
            StuckCallsMax = 0,
            KeepAliveInterval = TimeSpan.FromSeconds(-1),
            KeepAliveCount = 0,
            LibvirtUri = "",
            LinkDevice = "../eth0",
            SharedPaths = ["/", "shared"],
            HostRoot = "host",
        }.Validate().ToList();

        problems.Count.ShouldBe(8);
        problems.ShouldContain("Agent:LinkDevice must be the name of a network device such as eth1, not '../eth0'");
        problems.ShouldContain("Agent:SharedPaths must be absolute paths of directories such as /var/lib/libvirt/shared, not 'shared'");
    }

    [Fact]
    public void An_invalid_setting_stops_the_start()
    {
        var services = new ServiceCollection().AddAgent(HostA, options => options.Tick = TimeSpan.Zero, Never).BuildServiceProvider();

        Should.Throw<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate())
            .Failures.ShouldContain("Agent:Tick must be 50 ms to 60 s, not 0 ms");
    }

    [Fact]
    public void Each_agent_of_a_process_has_its_own_settings()
    {
        using var services = new ServiceCollection()
            .AddAgent(HostA, options => options.RecordsKeptMax = 10, Never)
            .AddAgent(HostB, options => options.RecordsKeptMax = 20, Never)
            .BuildServiceProvider();
        var options = services.GetRequiredService<IOptionsMonitor<AgentOptions>>();

        (options.Get("hosta").Host, options.Get("hosta").RecordsKeptMax).ShouldBe(("hosta", 10));
        (options.Get("hostb").Host, options.Get("hostb").RecordsKeptMax).ShouldBe(("hostb", 20));
    }

    [Fact]
    public void A_host_has_one_agent()
    {
        var services = new ServiceCollection().AddAgent(HostA, _ => { }, Never).AddAgent(HostB, _ => { }, Never);

        Should.Throw<ProblemException>(() => services.AddAgent(HostA, _ => { }, Never));
    }

    /// <summary>Both option types are bound from the same section, with the documented keys.</summary>
    [Fact]
    public void A_libvirt_host_is_configured_by_one_section()
    {
        var services = Libvirt(("Host", "hosta"), ("LibvirtUri", "test:///default"), ("CallTimeout", "00:00:07"), ("KeepAliveCount", "3"), ("Tick", "00:00:02"));
        var agent = services.GetRequiredService<IOptionsMonitor<AgentOptions>>().Get("hosta");
        var libvirt = services.GetRequiredService<IOptionsMonitor<LibvirtOptions>>().Get("hosta");

        (agent.Host, agent.StateDirectory, agent.Tick, agent.CallTimeout)
            .ShouldBe(("hosta", AgentOptions.DefaultStateDirectory, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(7)));
        (libvirt.LibvirtUri, libvirt.CallTimeout, libvirt.KeepAliveCount).ShouldBe(("test:///default", TimeSpan.FromSeconds(7), 3));
    }

    [Fact]
    public void A_libvirt_host_reports_the_problems_of_both_halves_together()
    {
        var services = Libvirt(("Host", "hosta"), ("Tick", "00:00:00"), ("StuckCallsMax", "0"));

        Should.Throw<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate())
            .Failures.ShouldBe(["Agent:StuckCallsMax must be 1 to 1000, not 0", "Agent:Tick must be 50 ms to 60 s, not 0 ms", "Agent:FastTick (250 ms) must not exceed Agent:Tick (0 ms)"], ignoreOrder: true);
    }

    [Fact]
    public void A_libvirt_host_needs_a_name_that_a_queue_can_have() =>
        Should.Throw<ProblemException>(() => Libvirt(("Host", "no host"))).Message.ShouldStartWith("Agent:Host 'no host' is not a host name");

    [Fact]
    public void The_adapter_measures_under_the_name_that_is_exported() => LibvirtMetrics.CallDuration.Meter.Name.ShouldBe(MeshTelemetry.Name);

    [Theory]
    [InlineData(null, "qemu+tcp://hosta/system")]
    [InlineData("qemu+tls://10.0.0.1/system", "qemu+tls://10.0.0.1/system")]
    public void The_default_migration_target_is_the_host_itself(string? target, string expected) =>
        new AgentOptions { Host = "hosta", MigrationTarget = target }.MigrationTargetUri.ShouldBe(expected);

    [Fact]
    public void The_number_of_labels_is_limited() =>
        HostLabelValidator.Validate(Enumerable.Range(0, 65).ToDictionary(number => $"k{number}", _ => "v", StringComparer.Ordinal))
            .ShouldBe(["at most 64 labels are allowed, not 65"]);

    [Fact]
    public void Labels_and_lists_are_read_from_the_configuration()
    {
        var (options, libvirt) = (new AgentOptions(), new LibvirtOptions());
        var section = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Agent:Labels:example.org/zone"] = "a=b",
            ["Agent:LinkMebibytesPerSecond"] = "1100",
            ["Agent:LinkDevice"] = "eth1",
            ["Agent:SharedPaths:0"] = "/srv",
        }).Build().GetSection("Agent");
        section.Bind(options);
        section.Bind(libvirt);

        options.Labels.ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { ["example.org/zone"] = "a=b" });
        (options.LinkMebibytesPerSecond, libvirt.LinkDevice).ShouldBe((1100, "eth1"));
        libvirt.SharedPaths.ShouldBe(["/srv"]);
    }

    [Theory]
    [InlineData("qemu:///system", true)]
    [InlineData("qemu+unix:///system?socket=/run/libvirt/libvirt-sock", true)]
    [InlineData("qemu+tcp://hostb/system", false)]
    public void Libvirt_is_local_unless_its_URI_names_a_host(string uri, bool expected) => new LibvirtOptions { LibvirtUri = uri }.IsLibvirtLocal.ShouldBe(expected);

    private static ServiceProvider Libvirt(params (string Key, string? Value)[] settings) =>
        new ServiceCollection().AddLibvirtAgent(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"Agent:{setting.Key}", setting.Value))).Build()).BuildServiceProvider();

    private static IHypervisor Never(IServiceProvider provider) => throw new InvalidOperationException();
}
