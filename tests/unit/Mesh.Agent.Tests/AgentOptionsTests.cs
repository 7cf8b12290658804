using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Hosting.Errors;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Agent.Tests;

public sealed class AgentOptionsTests
{
    [Fact]
    public void The_defaults_are_accepted() => AgentOptionsValidator.Validate(new AgentOptions { Host = "hosta" }).ShouldBeEmpty();

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var problems = AgentOptionsValidator.Validate(new AgentOptions
        {
            Host = "no host",
            Tick = TimeSpan.FromMilliseconds(1),
            FastTick = TimeSpan.FromSeconds(5),
            StuckCallsMax = 0,
            KeepAliveCount = 0,
            RecordsKeptMax = 1,
            MemoryMarginMebibytes = -1,
            LibvirtUri = "",
            MigrationTarget = "hostb",
            StateDirectory = "",
            LinkMebibytesPerSecond = 0,
            LinkDevice = "../eth0",
            SharedPaths = ["/", "shared"],
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["zone"] = "", ["Host"] = "x", ["a b"] = "c" },
        }).ToList();

        problems.Count.ShouldBe(17);
        problems.ShouldContain("Tick is 1 ms and takes 50 ms to 60 s");
        problems.ShouldContain("FastTick (5 s) may not be longer than Tick (1 ms)");
        problems.ShouldContain("LinkMebibytesPerSecond is 0 and takes 1 to 1000000");
        problems.ShouldContain("LinkDevice '../eth0' is no name of a network device such as eth1");
        problems.ShouldContain("SharedPaths: 'shared' is no absolute path of a directory such as /var/lib/libvirt/shared");
        problems.ShouldContain("Labels: the value of 'zone' takes 1 to 253 characters");
        problems.ShouldContain("Labels: the key 'Host' is taken: it is every host's own name");
        problems.ShouldContain("Labels: the key 'a b' takes 1 to 253 characters other than spaces, '=' and ':'");
    }

    [Fact]
    public void A_wrong_setting_stops_the_registration() =>
        Should.Throw<ProblemException>(() => new ServiceCollection().AddAgent(new AgentOptions(), Never)).Message.ShouldContain("Host ''");

    [Fact]
    public void A_host_has_one_agent()
    {
        var services = new ServiceCollection().AddAgent(o => o.Host = "hosta", Never).AddAgent(o => o.Host = "hostb", Never);

        Should.Throw<ProblemException>(() => services.AddAgent(o => o.Host = "hosta", Never));
    }

    [Theory]
    [InlineData(null, "qemu+tcp://hosta/system")]
    [InlineData("qemu+tls://10.0.0.1/system", "qemu+tls://10.0.0.1/system")]
    public void The_migration_target_is_the_host_itself_unless_told_otherwise(string? target, string expected) =>
        new AgentOptions { Host = "hosta", MigrationTarget = target }.MigrationTargetUri.ShouldBe(expected);

    [Fact]
    public void A_host_has_no_more_labels_than_anybody_reads() =>
        HostLabelValidator.Validate(Enumerable.Range(0, 65).ToDictionary(number => $"k{number}", _ => "v", StringComparer.Ordinal))
            .ShouldBe(["Labels: 65 are given and 64 are accepted at most"]);

    [Fact]
    public void Labels_and_the_like_are_read_from_the_configuration()
    {
        var options = new AgentOptions();
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Agent:Labels:example.org/zone"] = "a=b",
            ["Agent:LinkMebibytesPerSecond"] = "1100",
            ["Agent:LinkDevice"] = "eth1",
            ["Agent:SharedPaths:0"] = "/srv",
        }).Build().GetSection("Agent").Bind(options);

        options.Labels.ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { ["example.org/zone"] = "a=b" });
        (options.LinkMebibytesPerSecond, options.LinkDevice).ShouldBe((1100, "eth1"));
        options.SharedPaths.ShouldBe(["/srv"]);
    }

    [Theory]
    [InlineData("qemu:///system", true)]
    [InlineData("qemu+unix:///system?socket=/run/libvirt/libvirt-sock", true)]
    [InlineData("qemu+tcp://hostb/system", false)]
    public void Libvirt_is_here_unless_its_URI_names_a_host(string uri, bool expected) => new AgentOptions { LibvirtUri = uri }.IsLibvirtLocal.ShouldBe(expected);

    private static IHypervisor Never(IServiceProvider provider) => throw new InvalidOperationException();
}
