using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Cli.Tests;

public sealed class HostProblemTests
{
    private static readonly HostName HostA = new("host-a");
    private static readonly HostName HostB = new("host-b");

    [Fact]
    public async Task Hosts_are_listed_with_what_is_wrong_with_their_messages_and_the_remedy()
    {
        var cli = new Cli().Answering(Cli.Json(new[]
        {
            TestData.Host("host-a", "web-1") with
            {
                Problems = [Problem(HostProblemKind.IdentityConflict, "two hosts report as host-a: the one with UUID a, whose messages count, and one with UUID b", "stop one of the two agents")],
                DuplicateVms = [new DuplicateVm(TestData.Vm, "web-1", [HostB])],
            },
            TestData.Host("host-b", "web-1") with
            {
                Problems = [Problem(HostProblemKind.InvalidData, "host-b sends an invalid inventory: agentEpoch is -1", "upgrade its agent"), Problem(HostProblemKind.InvalidVms, "host-b sends an invalid entry", "correct it")],
                DuplicateVms = [new DuplicateVm(TestData.Vm, "web-1", [HostA])],
            },
            TestData.Host("host-c") with { Problems = [Problem(HostProblemKind.StaleAgent, "the agent of host-c reports epoch 1, behind 2", "set the clock of host-c right and restart its agent")] },
            TestData.Host("host-d") with { Inventory = Placeholder("host-d"), LastReportAt = null, Problems = [Problem(HostProblemKind.InvalidData, "host-d sends an invalid inventory: it is null", "upgrade its agent")] },
        }));

        (await cli.RunAsync("hosts")).ShouldBe(0);

        var lines = cli.Out.TrimEnd().Split('\n').Select(line => line.TrimEnd()).ToList();
        lines[1].ShouldStartWith("host-a  up, two agents of this name ");
        lines[2].ShouldStartWith("host-b  up, reporting invalid data, invalid VM data ");
        lines[3].ShouldStartWith("host-c  up, agent epoch behind ");
        lines[4].ShouldStartWith("host-d  no report yet, reporting invalid data ");
        lines[4].ShouldNotContain("0 B");
        lines.Skip(5).ShouldBe(
        [
            "host-a: two hosts report as host-a: the one with UUID a, whose messages count, and one with UUID b: stop one of the two agents",
            "web-1 runs on host-a and host-b at the same time. Find out which one is right, and destroy the other with `virsh destroy`; its data may be damaged",
            "host-b: host-b sends an invalid inventory: agentEpoch is -1: upgrade its agent",
            "host-b: host-b sends an invalid entry: correct it",
            "host-c: the agent of host-c reports epoch 1, behind 2: set the clock of host-c right and restart its agent",
            "host-d: host-d sends an invalid inventory: it is null: upgrade its agent",
        ]);
    }

    [Fact]
    public async Task VMs_are_listed_with_invalid_data_and_on_every_host_that_runs_them()
    {
        var cli = new Cli().Answering(Cli.Json(new[]
        {
            TestData.VmOn("host-a", "web-1") with { AlsoRunsOn = [HostB] },
            TestData.VmOn("host-b", "web-1") with { AlsoRunsOn = [HostA] },
            TestData.VmOn("host-a", "web-2") with { Vm = Undescribed("web-2"), InvalidData = "vms[1].vCpus is -4; 1 to 4096 is accepted" },
        }));

        (await cli.RunAsync("vms")).ShouldBe(0);

        var lines = cli.Out.TrimEnd().Split('\n');
        lines[1].ShouldContain("host-a  up, also running on host-b ");
        lines[2].ShouldContain("host-b  up, also running on host-a ");
        lines[3].ShouldContain("invalid data: vms[1].vCpus is -4; 1 to 4096 is accepted");
        lines[3].ShouldNotContain("0 B");
    }

    private static HostProblem Problem(HostProblemKind kind, string message, string remedy) => new(kind, message, remedy, TestData.Noon, TestData.Noon);

    private static HostInventory Placeholder(string host) => new(
        new HostName(host), 0, 0, DateTimeOffset.UnixEpoch, new HostCapacity("", "", 0, Bytes.Zero, Bytes.Zero), new HypervisorInfo("", "", "", ""), "", []);

    private static VmDescription Undescribed(string name) => new(
        TestData.Vm, name, VmStatus.Up, Bytes.Zero, 0, "", "", false, [], [], [], new Dictionary<string, string>(StringComparer.Ordinal));
}
