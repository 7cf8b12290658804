using System.Text.Json;
using Mesh.Cli.Shell;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Cli.Tests;

public sealed class ListingTests
{
    [Theory]
    [InlineData(new[] { "list" }, "GET /api/v1/migrations?unfinished=true&limit=100")]
    [InlineData(new[] { "list", "--all" }, "GET /api/v1/migrations?unfinished=false&limit=100")]
    [InlineData(new[] { "list", "--all", "--limit", "7" }, "GET /api/v1/migrations?unfinished=false&limit=7")]
    public async Task Migrations_are_requested_by_filter_and_limit(string[] args, string request)
    {
        var cli = new Cli().Answering(Cli.Json<MigrationView[]>([]));
        (await cli.RunAsync(args)).ShouldBe(0);
        cli.Requests.ShouldHaveSingleItem().What.ShouldBe(request);
    }

    [Fact]
    public async Task Columns_are_aligned()
    {
        var cli = new Cli().Answering(Cli.Json<MigrationView[]>(
            [TestData.View("m1"), TestData.View("m-long-2", MigrationOutcome.Failed, "the link\nbroke"), TestData.View("m3") with { Stalled = true, Source = null }]));

        (await cli.RunAsync("list", "--all")).ShouldBe(0);

        var lines = cli.Out.TrimEnd().Split('\n');
        lines.Length.ShouldBe(4);
        lines[0].ShouldStartWith("ID        VM     FROM    TO      STATE    COPIED  REQUESTED");
        lines[1].ShouldStartWith("m1        web-1  host-a  host-b  preCopy  40 %");
        lines[2].ShouldStartWith("m-long-2  web-1  host-a  host-b  failed   40 %");
        lines[2].ShouldEndWith("the link broke");
        lines[3].ShouldStartWith("m3        web-1  ?       host-b  stalled  40 %");
    }

    [Fact]
    public async Task JSON_output_is_that_of_the_API()
    {
        var cli = new Cli().Answering(Cli.Json<MigrationView[]>([TestData.View("m1", reason: "it's slow") with { Policy = TestData.EffectivePolicy, Forecast = TestData.NonConverging, Changes = [TestData.Change()] }]));
        (await cli.RunAsync("list", "--output", "json")).ShouldBe(0);
        var view = JsonDocument.Parse(cli.Out).RootElement[0];
        view.GetProperty("id").GetString().ShouldBe("m1");
        view.GetProperty("limits").TryGetProperty("progressTimeout", out _).ShouldBeFalse("it is the policy's");
        view.GetProperty("policy").GetProperty("policy").GetProperty("name").GetString().ShouldBe("calm");
        view.GetProperty("forecast").GetProperty("converges").GetBoolean().ShouldBeFalse();
        view.GetProperty("changes")[0].GetProperty("requestedBy").GetString().ShouldBe("calm");
        cli.Out.ShouldContain("it's slow");
    }

    [Fact]
    public async Task A_migration_is_shown_with_its_details()
    {
        var view = TestData.View("m1", MigrationOutcome.Completed) with
        {
            Options = new MigrationOptions { PostCopy = true, Bandwidth = BytesPerSecond.FromMebibytes(32), Timeout = TimeSpan.FromSeconds(60) },
            Sample = TestData.Sample() with { Copy = TestData.Sample().Copy with { ActualDowntime = TimeSpan.FromMilliseconds(180) } },
            Parameters = [new ParameterAnswer(MigrationParameter.Compression, ParameterResult.Refused, "QEMU cannot")],
        };
        var cli = new Cli().Answering(Cli.Json(view));

        (await cli.RunAsync("show", "m1")).ShouldBe(0);

        foreach (var line in (string[])
            [
                "state:            completed", $"vm:               web-1 ({TestData.Vm})", "copied:           40 %",
                "memory:           512 MiB of 2 GiB remaining, 3 GiB transferred", "downtime:         180 ms",
                "options:          postCopy=true, timeout=60000, bandwidth=33554432", "limits:           defaults",
                "parameter:        compression refused: QEMU cannot",
            ])
            cli.Out.ShouldContain(line);
        cli.Out.ShouldContain("after 12.5 s");
        cli.Out.ShouldNotContain("\nbandwidth:");
    }

    [Fact]
    public async Task A_migration_is_shown_with_policy_forecast_and_changes()
    {
        var view = TestData.View("m1") with
        {
            Policy = TestData.EffectivePolicy,
            Forecast = TestData.NonConverging,
            Changes = [TestData.Change(), TestData.Change() with { Origin = ChangeOrigin.Operator, RequestedBy = "ann", Reason = "", Description = "suspend", Answers = null }],
        };
        var cli = new Cli().Answering(Cli.Json(view));

        (await cli.RunAsync("show", "m1")).ShouldBe(0);

        foreach (var line in (string[])
            [
                "policy:           calm, version 2: it is the default",
                "forecast:         does not converge because it writes as fast as it is copied; it would with 1200 ms of downtime",
                "  max downtime 500 ms, by policy calm (30 s without progress): maxDowntime applied (500 ms); throttle refused (no cgroup)",
                "  suspend, by ann: pending: the host has not answered yet",
            ])
            cli.Out.ShouldContain(line);
    }

    [Fact]
    public async Task Hosts_are_listed_with_their_states()
    {
        var cli = new Cli().Answering(Cli.Json(new[]
        {
            TestData.Host("host-a", "web-1") with { Cordon = new HostCordon(new HostName("host-a"), CordonState.Draining, "ann", TestData.Noon) },
            TestData.Host("host-b") with { HypervisorReachable = false },
            TestData.Host("host-c") with { Health = HostHealth.Unresponsive, LastReportAt = DateTimeOffset.UtcNow.AddMinutes(-2) },
            TestData.Host("host-d") with { Health = HostHealth.Suspect, LastReportAt = null },
            TestData.Host("host-e") with { Health = HostHealth.Fenced },
            TestData.Host("host-f") with { FenceAttempt = new FenceAttempt(DateTimeOffset.UtcNow, "ann") },
        }));

        (await cli.RunAsync("hosts")).ShouldBe(0);

        var lines = cli.Out.TrimEnd().Split('\n');
        lines[1].ShouldStartWith("host-a  up ");
        lines[1].ShouldContain("  draining  1 ");
        lines[1].ShouldContain("64 GiB  32 GiB  QEMU 10.0.2");
        lines[2].ShouldContain("hypervisor not responding");
        lines[3].ShouldContain("unresponsive, last seen 12");
        lines[4].ShouldContain("no report yet");
        lines[5].ShouldContain("fenced");
        lines[6].ShouldContain("fencing");
    }

    [Fact]
    public async Task VMs_can_be_filtered_by_a_host_that_must_exist()
    {
        var cli = new Cli
        {
            Gateway = (_, what) => Task.FromResult(what.EndsWith("vms", StringComparison.Ordinal)
                ? Cli.Json(new[] { TestData.VmOn("host-a", "web-1"), TestData.VmOn("host-b", "web-2") })
                : Cli.Json(new[] { TestData.Host("host-a"), TestData.Host("host-b"), TestData.Host("host-c") })),
        };

        (await cli.RunAsync("vms", "--host", "host-b")).ShouldBe(0);
        cli.Out.ShouldContain("web-2");
        cli.Out.ShouldNotContain("web-1");
        (await cli.RunAsync("vms", "--host", "host-c")).ShouldBe(0);
        (await cli.RunAsync("vms", "--host", "host-x")).ShouldBe(ExitCodes.NotFound);
        cli.ErrorLine().ShouldContain("'host-x'");
    }

    [Fact]
    public async Task A_throttled_VM_is_marked()
    {
        var slow = TestData.VmOf("web-1") with { Throttle = new Percent(40) };
        var cli = new Cli().Answering(Cli.Json(new[]
        {
            TestData.VmOn("host-a", "web-1") with { Vm = slow },
            TestData.VmOn("host-a", "web-2") with { Vm = TestData.VmOf("web-2") with { Throttle = new Percent(0) } },
            TestData.VmOn("host-b", "web-3") with { Vm = slow, Health = HostHealth.Unresponsive },
        }));

        (await cli.RunAsync("vms")).ShouldBe(0);

        var lines = cli.Out.TrimEnd().Split('\n');
        lines[1].ShouldContain("up, vCPU throttle 40 %");
        lines[2].ShouldNotContain("throttle");
        lines[3].ShouldContain("unknown (was up; host last seen ");
        lines[3].ShouldContain("), vCPU throttle 40 %");
    }

    [Fact]
    public async Task A_VM_that_does_not_respond_is_marked()
    {
        var cli = new Cli().Answering(Cli.Json(new[]
        {
            TestData.VmOn("host-a", "web-1") with { Vm = TestData.VmOf("web-1") with { NotResponding = true } },
            TestData.VmOn("host-a", "web-2"),
        }));

        (await cli.RunAsync("vms")).ShouldBe(0);

        var lines = cli.Out.TrimEnd().Split('\n');
        lines[1].ShouldContain("up, not responding");
        lines[2].ShouldNotContain("responding");
    }

    [Fact]
    public async Task The_status_on_an_unresponsive_host_is_unknown()
    {
        var (unresponsive, responding) = (new HostVmStatus(new HostName("host-a"), HostHealth.Unresponsive, VmStatus.MigratingFrom, DateTimeOffset.UtcNow.AddMinutes(-2)), new HostVmStatus(new HostName("host-b"), HostHealth.Healthy));
        var row = new MigratingVm(TestData.Vm, "web-1", VmStatus.MigratingFrom, true, TestData.Noon, [unresponsive, responding], new HostName("host-a"), new HostName("host-b"));
        var cli = new Cli().Answering(Cli.Json(new[]
        {
            TestData.VmOn("host-a", "web-1") with { Health = HostHealth.Unresponsive, LastReportAt = DateTimeOffset.UtcNow.AddMinutes(-2), Migrating = row },
            TestData.VmOn("host-b", "web-1") with { Vm = TestData.VmOf("web-1") with { Status = VmStatus.MigratingTo }, Migrating = row },
            TestData.VmOn("host-b", "web-3") with { Vm = TestData.VmOf("web-3") with { Status = VmStatus.MigratingTo }, Migrating = row with { IsUnknown = false } },
        }));

        (await cli.RunAsync("vms")).ShouldBe(0);

        var lines = cli.Out.TrimEnd().Split('\n');
        lines[1].ShouldContain("unknown (was up; host last seen 12");
        lines[2].ShouldContain("unknown (migratingTo; host-a last seen 12");
        lines[3].ShouldContain("migratingTo from host-a");
    }
}
