using System.Text.Json;
using Mesh.Cli.Shell;
using Mesh.Contracts.Api;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Tests;

public sealed class PlacementTests : IDisposable
{
    private static readonly RateTargetsAnswer Rated = new(
        TestData.Vm, "web-1", new HostName("host-a"), [],
        [
            new HostRating(new HostName("host-b"), 71.5, [], [new RatingTerm("free memory", 75, "48 GiB of 64 GiB free"), new RatingTerm("trouble", -3.5, "1 failed lately")]),
            new HostRating(new HostName("host-c"), 0, [new Refusal(RefusalCode.Cordoned, "host-c is cordoned"), new Refusal(RefusalCode.NotEnoughMemory, "host-c is full")], []),
        ]);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mesh-cli-tests-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_VM_that_can_migrate_is_reported_with_its_destinations()
    {
        var cli = new Cli().Answering(Cli.Json(Rated));
        (await cli.RunAsync("check", "web-1", "--copy-storage-all")).ShouldBe(ExitCodes.Success);
        cli.Out.Trim().ShouldBe("web-1 can migrate from host-a to host-b; best: host-b (score 71.5)");
        var (what, body) = cli.Requests.ShouldHaveSingleItem();
        what.ShouldBe("POST /api/v1/vms/web-1/targets");
        JsonDocument.Parse(body).RootElement.GetProperty("options").GetProperty("copyStorage").GetString().ShouldBe("all");
    }

    [Fact]
    public async Task A_VM_that_cannot_migrate_is_refused_with_all_reasons()
    {
        var cli = new Cli().Answering(Cli.Json(Rated with { Refusals = [new Refusal(RefusalCode.HostDeviceAttached, "web-1 has a device")], Ratings = [Rated.Ratings[1]] }));

        (await cli.RunAsync("check", "web-1", "--to", "host-c")).ShouldBe(ExitCodes.Refused);

        cli.ErrorLine().ShouldBe("mesh: refused: web-1 has a device; host-c is cordoned; host-c is full");
        cli.Out.TrimEnd().Split('\n').Select(line => line.TrimEnd()).ShouldBe(
        [
            "HOST    CODE                REASON", "-       hostDeviceAttached  web-1 has a device", "host-c  cordoned            host-c is cordoned",
            "host-c  notEnoughMemory     host-c is full",
        ]);
    }

    [Fact]
    public async Task A_VM_without_possible_destinations_is_refused()
    {
        var cli = new Cli { Gateway = (_, _) => Task.FromResult(Cli.Json(Rated with { Ratings = [Rated.Ratings[1]] })) };
        (await cli.RunAsync("check", "web-1")).ShouldBe(ExitCodes.Refused);
        cli.ErrorLine().ShouldBe("mesh: refused: none of 1 hosts can take web-1");

        var json = new Cli { Gateway = cli.Gateway };
        (await json.RunAsync("check", "web-1", "-o", "json")).ShouldBe(ExitCodes.Refused);
        JsonDocument.Parse(json.Out).RootElement.GetProperty("ratings").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Targets_are_listed_by_score_with_its_terms()
    {
        var cli = new Cli().Answering(Cli.Json(Rated));
        (await cli.RunAsync("targets", "web-1")).ShouldBe(ExitCodes.Success);
        cli.Out.TrimEnd().Split('\n').Select(line => line.TrimEnd()).ShouldBe(
        [
            "HOST    SCORE    REASON",
            "host-b  71.5     free memory +75 (48 GiB of 64 GiB free); trouble -3.5 (1 failed lately)",
            "host-c  refused  cordoned: host-c is cordoned; notEnoughMemory: host-c is full",
        ]);
    }

    [Fact]
    public async Task An_unknown_VM_is_a_refusal()
    {
        var cli = new Cli().Answering(Cli.Problem(new ApiProblem { Type = ApiProblemTypes.Refused, Title = "", Status = 404, Detail = "no host has reported web-9" }));
        (await cli.RunAsync("targets", "web-9")).ShouldBe(ExitCodes.Refused);
        cli.ErrorLine().ShouldBe("mesh: refused: no host has reported web-9");
    }

    [Fact]
    public async Task An_exported_inventory_gives_the_same_result_without_a_mesh()
    {
        var file = Path.Combine(_directory.FullName, "fleet.json");
        var online = new Cli().Answering(Cli.Json(Fleet));
        (await online.RunAsync("inventory", "export", file)).ShouldBe(ExitCodes.Success);
        online.Requests.ShouldHaveSingleItem().What.ShouldBe("GET /api/v1/inventory");

        var cli = new Cli();
        (await cli.RunAsync("check", "web-1", "--to", "host-b", "--copy-storage-all", "--inventory", file)).ShouldBe(ExitCodes.Success, cli.Error);
        cli.Out.ShouldStartWith("web-1 can migrate from host-a to host-b (score ");
        cli.Requests.ShouldBeEmpty();

        var refused = new Cli();
        (await refused.RunAsync("check", "web-1", "--to", "host-c", "--copy-storage-all", "--inventory", file)).ShouldBe(ExitCodes.Refused);
        refused.Out.ShouldContain("host-c  cordoned");
        var unknown = new Cli();
        (await unknown.RunAsync("check", "web-9", "--inventory", file)).ShouldBe(ExitCodes.NotFound);
        unknown.ErrorLine().ShouldContain("web-9");

        (await new Cli().RunAsync("check", "web-1", "--to", "host-x", "--inventory", file)).ShouldBe(ExitCodes.NotFound);
        (await new Cli().RunAsync("targets", "web-1", "--to", "host-x", "--inventory", file)).ShouldBe(ExitCodes.NotFound);

        var targets = new Cli { In = await File.ReadAllTextAsync(file) };
        (await targets.RunAsync("targets", "web-1", "--copy-storage-all", "--inventory", "-", "-o", "json")).ShouldBe(ExitCodes.Success);
        var rated = JsonSerializer.Deserialize<RateTargetsAnswer>(targets.Out, MeshJson.Options)!;
        rated.Ratings.Select(rating => (rating.Host.Value, rating.Refusals.Count == 0)).ShouldBe([("host-b", true), ("host-a", false), ("host-c", false)]);
    }

    [Theory]
    [InlineData("{", "fleet.json:1: ")]
    [InlineData("[]", "fleet.json:1: expected an object")]
    [InlineData("{}", "fleet.json:1: format: missing; this version supports format 1")]
    [InlineData("{\"format\":2}", "fleet.json:1: format: unsupported format 2; this version supports format 1")]
    [InlineData("{\"format\":\"1\"}", "fleet.json:1: format: unsupported format \"1\"")]
    [InlineData("{\"format\":1}", "missing 'takenAt', 'hosts'")]
    [InlineData("{\n\"format\":1,\n\"takenAt\":\"noon\",\"hosts\":[]}", "fleet.json:3: $.takenAt: invalid value")]
    [InlineData("{\"format\":1,\"takenAt\":\"2026-01-01T12:00:00Z\",\n\"hosts\":[{\"health\":\"healthy\"}]}", "fleet.json:2: $.hosts[0]: missing 'inventory'")]
    [InlineData("{\"format\":1,\"takenAt\":\"2026-01-01T12:00:00Z\",\n\n\"hosts\":7}", "fleet.json:3: $.hosts: invalid value")]
    public async Task An_invalid_inventory_is_reported_with_line_and_member(string text, string expected)
    {
        var file = Path.Combine(_directory.FullName, "fleet.json");
        await File.WriteAllTextAsync(file, text);
        var cli = new Cli();

        (await cli.RunAsync("check", "web-1", "--inventory", file)).ShouldBe(ExitCodes.Usage);

        cli.ErrorLine().ShouldContain(expected);
        cli.Error.ShouldNotContain("Mesh.Contracts");
    }

    [Fact]
    public async Task A_placement_is_explained_with_all_ratings_and_failures()
    {
        var view = TestData.View() with
        {
            AllowedHosts = [new HostName("host-b"), new HostName("host-c")],
            Priority = MigrationPriority.Drain,
            Drain = "d1",
            Placement = new PlacementDecision(new HostName("host-b"), TestData.Noon, "the most free memory", Rated.Ratings),
            FailedAttempts = [new FailedAttempt(new HostName("host-c"), "link\nlost", new Epoch(1), TestData.Noon)],
            Advice = "stop the backup",
            Queue = TestData.Queued(3),
        };
        var cli = new Cli().Answering(Cli.Json(view));

        (await cli.RunAsync("explain", "m1")).ShouldBe(ExitCodes.Success);

        foreach (var line in (string[])
            [
                "request:          host-b, host-c, priority drain, part of drain d1", ": the most free memory", "queue:            position 3, waiting for a migration",
                "attempt 1:        host-c failed", ": link lost", "advice:           stop the backup", "host-c  refused  cordoned: host-c is cordoned",
            ])
            cli.Out.ShouldContain(line);
    }

    [Fact]
    public async Task A_queued_migration_is_shown_and_listed_without_a_destination()
    {
        var view = TestData.View() with { Phase = MigrationPhase.Queued, Destination = null, Queue = TestData.Queued(3), Attempt = 2, AllowedHosts = [new HostName("host-b")] };
        var cli = new Cli().Answering(Cli.Json(view));
        (await cli.RunAsync("show", "m1")).ShouldBe(0);
        foreach (var line in (string[])["to:               not chosen yet", "allowed hosts:    host-b", "attempt:          2", "queue:            position 3", "priority:         operator"])
            cli.Out.ShouldContain(line);

        var list = new Cli().Answering(Cli.Json(new[] { view }));
        (await list.RunAsync("list")).ShouldBe(0);
        list.Out.ShouldContain("web-1  host-a  -   queued");
    }

    private static Fleet Fleet => new()
    {
        TakenAt = TestData.Noon,
        Hosts =
        [
            new FleetHost(TestData.Host("host-a", "web-1").Inventory, HostHealth.Healthy, LastReportAt: TestData.Noon),
            new FleetHost(TestData.Host("host-b").Inventory, HostHealth.Healthy, LastReportAt: TestData.Noon),
            new FleetHost(TestData.Host("host-c").Inventory, HostHealth.Healthy, LastReportAt: TestData.Noon, Cordon: new HostCordon(new HostName("host-c"), CordonState.Cordoned, "ann", TestData.Noon)),
        ],
    };
}
