using System.Net;
using System.Text.Json;
using Mesh.Cli.Shell;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;

namespace Mesh.Cli.Tests;

public sealed class QueueTests
{
    [Fact]
    public async Task The_queue_is_listed_with_what_each_waits_for()
    {
        var cli = new Cli().Answering(Cli.Json(new QueueView([TestData.Queued(1), TestData.Queued(2) with { Phase = MigrationPhase.Ready, Priority = MigrationPriority.System }], 5, new SchedulingLimits())));

        (await cli.RunAsync("queue")).ShouldBe(ExitCodes.Success);

        var lines = cli.Out.TrimEnd().Split('\n');
        lines[0].ShouldStartWith("PLACE  ID  VM     FROM    TO  STATE   PRIORITY  WAITS SINCE");
        lines[1].ShouldStartWith("1      m1  web-1  host-a  -   queued  operator  ");
        lines[1].ShouldEndWith("  -               a migration to end that copies away from host-a");
        lines[2].ShouldStartWith("2      m1  web-1  host-a  -   ready   system  ");
        lines[4].ShouldBe("5 of at most 5 copy now; on each host at most 2 outbound and 2 inbound");
    }

    [Theory]
    [InlineData(new[] { "--priority", "system" }, """{"priority":"system","alternatives":[],"toAny":false,"requestedBy":"ann"}""")]
    [InlineData(new[] { "--to", "host-c", "--or-to", "host-d" }, """{"to":"host-c","alternatives":["host-d"],"toAny":false,"requestedBy":"ann"}""")]
    [InlineData(new[] { "--to-any" }, """{"alternatives":[],"toAny":true,"requestedBy":"ann"}""")]
    public async Task One_that_waits_is_rescheduled(string[] options, string body)
    {
        var cli = new Cli().Answering(Cli.Json(new RescheduleAnswer(ChangeResult.Accepted, "done as wished", [])));
        (await cli.RunAsync(["reschedule", "m1", .. options], default)).ShouldBe(ExitCodes.Success);
        cli.Out.Trim().ShouldBe("done as wished");
        cli.Requests.ShouldHaveSingleItem().ShouldBe(("POST /api/v1/migrations/m1/reschedule", body));
    }

    [Theory]
    [InlineData("nothing to change is given", "reschedule", "m1")]
    [InlineData("--to and --to-any exclude each other", "reschedule", "m1", "--to", "b", "--to-any")]
    [InlineData("--or-to needs --to", "reschedule", "m1", "--or-to", "b")]
    [InlineData("--priority 'high' is not accepted: it takes balancing or drain or operator or system", "reschedule", "m1", "--priority", "high")]
    [InlineData("--or-to needs --to", "migrate", "web-1", "--or-to", "b")]
    [InlineData("--among and --to exclude each other", "migrate", "web-1", "--among", "b,c", "--to", "b")]
    [InlineData("--cancel and --undo exclude each other", "drain", "a", "--cancel", "--undo")]
    [InlineData("--abort-running needs --cancel", "drain", "a", "--abort-running")]
    [InlineData("--cancel takes one drain", "drain", "a", "b", "--cancel")]
    [InlineData("--parallel has no meaning with --undo", "drain", "a", "--undo", "--parallel", "2")]
    [InlineData("--watch has no meaning with --cancel", "drain", "a", "--cancel", "--watch")]
    [InlineData("--order 'random' is not accepted: it takes longest-first or shortest-first or by-name", "drain", "a", "--order", "random")]
    [InlineData("--watch needs the ID of a drain", "drains", "--watch")]
    public async Task Options_that_do_not_go_together_are_told(string expected, params string[] args)
    {
        var cli = new Cli();
        (await cli.RunAsync(args)).ShouldBe(ExitCodes.Usage);
        cli.ErrorLine().ShouldContain(expected);
        cli.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_destination_may_be_left_to_the_scheduler()
    {
        var cli = new Cli().Answering(Cli.Json(TestData.View("m7") with { Destination = null, Phase = MigrationPhase.Queued }, HttpStatusCode.Accepted));
        (await cli.RunAsync("migrate", "web-1")).ShouldBe(ExitCodes.Success);
        var body = JsonDocument.Parse(cli.Requests.Last().Body).RootElement;
        body.TryGetProperty("to", out _).ShouldBeFalse();
        (body.GetProperty("alternatives").GetArrayLength(), body.GetProperty("priority").GetString(), body.GetProperty("relaxAffinity").GetBoolean()).ShouldBe((0, "operator", false));
    }

    [Fact]
    public async Task The_scheduler_may_be_given_some_hosts_to_choose_among()
    {
        var cli = new Cli().Answering(Cli.Json(TestData.View("m7"), HttpStatusCode.Accepted));
        (await cli.RunAsync("migrate", "web-1", "--among", "host-b,host-c", "--priority", "balancing", "--relax-affinity")).ShouldBe(ExitCodes.Success);
        var body = JsonDocument.Parse(cli.Requests.Last().Body).RootElement;
        body.TryGetProperty("to", out _).ShouldBeFalse();
        body.GetProperty("alternatives").EnumerateArray().Select(host => host.GetString()).ShouldBe(["host-b", "host-c"]);
        (body.GetProperty("priority").GetString(), body.GetProperty("relaxAffinity").GetBoolean()).ShouldBe(("balancing", true));
    }

    [Fact]
    public async Task A_host_is_cordoned_and_taken_back()
    {
        var cli = new Cli { Gateway = (_, _) => Task.FromResult(Cli.Json(new SchedulerAnswer(true, "as you wish"))) };
        (await cli.RunAsync("cordon", "host-a", "--reason", "looks ill")).ShouldBe(ExitCodes.Success);
        (await cli.RunAsync("uncordon", "host-a")).ShouldBe(ExitCodes.Success);
        cli.Requests.ShouldBe([("POST /api/v1/hosts/host-a/cordon", """{"requestedBy":"ann","reason":"looks ill"}"""), ("DELETE /api/v1/hosts/host-a/cordon?requestedBy=ann", "")]);
        cli.Out.ShouldContain("as you wish");
    }
}
