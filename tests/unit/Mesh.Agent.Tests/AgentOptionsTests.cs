using Mesh.Agent.Hypervisors;
using Mesh.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Agent.Tests;

public sealed class AgentOptionsTests
{
    [Fact]
    public void The_defaults_are_accepted() => AgentOptionsValidator.Problems(new AgentOptions { Host = "hosta" }).ShouldBeEmpty();

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var problems = AgentOptionsValidator.Problems(new AgentOptions
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
        }).ToList();

        problems.Count.ShouldBe(10);
        problems.ShouldContain("Tick is 1 ms and takes 50 ms to 60 s");
        problems.ShouldContain("FastTick (5 s) may not be longer than Tick (1 ms)");
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

    private static IHypervisor Never(IServiceProvider provider) => throw new InvalidOperationException();
}
