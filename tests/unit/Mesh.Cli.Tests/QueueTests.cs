using System.Net;
using System.Text.Json;
using Mesh.Cli.Shell;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;

namespace Mesh.Cli.Tests;

public sealed class QueueTests
{
    [Fact]
    public async Task The_queue_is_listed_with_wait_reasons()
    {
        var cli = new Cli().Answering(Cli.Json(new QueueView([TestData.Queued(1), TestData.Queued(2) with { Phase = MigrationPhase.Ready, Priority = MigrationPriority.System }], 5, new SchedulingLimits())));

        (await cli.RunAsync("queue")).ShouldBe(ExitCodes.Success);

        var lines = cli.Out.TrimEnd().Split('\n');
        lines[0].ShouldStartWith("POSITION  ID  VM     FROM    TO  STATE   PRIORITY  WAITING SINCE");
        lines[1].ShouldStartWith("1         m1  web-1  host-a  -   queued  operator  ");
        lines[1].ShouldEndWith("  -               a migration to end that copies away from host-a");
        lines[2].ShouldStartWith("2         m1  web-1  host-a  -   ready   system  ");
        lines[4].ShouldBe("5 of 5 migration slots in use; limits per host: 2 outbound, 2 inbound");
    }

    [Theory]
    [InlineData(new[] { "--priority", "system" }, """{"priority":"system","alternatives":[],"toAny":false,"requestedBy":"ann"}""")]
    [InlineData(new[] { "--to", "host-c", "--or-to", "host-d" }, """{"to":"host-c","alternatives":["host-d"],"toAny":false,"requestedBy":"ann"}""")]
    [InlineData(new[] { "--to-any" }, """{"alternatives":[],"toAny":true,"requestedBy":"ann"}""")]
    public async Task A_queued_migration_is_rescheduled(string[] options, string body)
    {
        var cli = new Cli().Answering(Cli.Json(new RescheduleAnswer(ChangeResult.Accepted, "rescheduled to host-c", [])));
        (await cli.RunAsync(["reschedule", "m1", .. options], default)).ShouldBe(ExitCodes.Success);
        cli.Out.Trim().ShouldBe("rescheduled to host-c");
        cli.Requests.ShouldHaveSingleItem().ShouldBe(("POST /api/v1/migrations/m1/reschedule", body));
    }

    [Theory]
    [InlineData("nothing to change: use --priority, --to or --to-any", "reschedule", "m1")]
    [InlineData("--to and --to-any are mutually exclusive", "reschedule", "m1", "--to", "b", "--to-any")]
    [InlineData("--or-to requires --to", "reschedule", "m1", "--or-to", "b")]
    [InlineData("invalid value 'high' for --priority: expected balancing or drain or operator or system", "reschedule", "m1", "--priority", "high")]
    [InlineData("--or-to requires --to", "migrate", "web-1", "--or-to", "b")]
    [InlineData("--among and --to are mutually exclusive", "migrate", "web-1", "--among", "b,c", "--to", "b")]
    [InlineData("--cancel and --undo are mutually exclusive", "drain", "a", "--cancel", "--undo")]
    [InlineData("--abort-running requires --cancel", "drain", "a", "--abort-running")]
    [InlineData("--cancel requires exactly one drain ID or host", "drain", "a", "b", "--cancel")]
    [InlineData("--parallel cannot be used with --undo", "drain", "a", "--undo", "--parallel", "2")]
    [InlineData("--watch cannot be used with --cancel", "drain", "a", "--cancel", "--watch")]
    [InlineData("invalid value 'random' for --order: expected longest-first or shortest-first or by-name", "drain", "a", "--order", "random")]
    [InlineData("--watch requires a drain ID", "drains", "--watch")]
    public async Task Conflicting_options_are_reported(string expected, params string[] args)
    {
        var cli = new Cli();
        (await cli.RunAsync(args)).ShouldBe(ExitCodes.Usage);
        cli.ErrorLine().ShouldContain(expected);
        cli.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_scheduler_may_choose_the_destination()
    {
        var cli = new Cli().Answering(Cli.Json(TestData.View("m7") with { Destination = null, Phase = MigrationPhase.Queued }, HttpStatusCode.Accepted));
        (await cli.RunAsync("migrate", "web-1")).ShouldBe(ExitCodes.Success);
        var body = JsonDocument.Parse(cli.Requests.Last().Body).RootElement;
        body.TryGetProperty("to", out _).ShouldBeFalse();
        (body.GetProperty("alternatives").GetArrayLength(), body.GetProperty("priority").GetString(), body.GetProperty("relaxAffinity").GetBoolean()).ShouldBe((0, "operator", false));
    }

    [Fact]
    public async Task The_scheduler_may_choose_from_given_hosts()
    {
        var cli = new Cli().Answering(Cli.Json(TestData.View("m7"), HttpStatusCode.Accepted));
        (await cli.RunAsync("migrate", "web-1", "--among", "host-b,host-c", "--priority", "balancing", "--relax-affinity")).ShouldBe(ExitCodes.Success);
        var body = JsonDocument.Parse(cli.Requests.Last().Body).RootElement;
        body.TryGetProperty("to", out _).ShouldBeFalse();
        body.GetProperty("alternatives").EnumerateArray().Select(host => host.GetString()).ShouldBe(["host-b", "host-c"]);
        (body.GetProperty("priority").GetString(), body.GetProperty("relaxAffinity").GetBoolean()).ShouldBe(("balancing", true));
    }

    [Fact]
    public async Task A_host_is_cordoned_and_uncordoned()
    {
        var cli = new Cli { Gateway = (_, _) => Task.FromResult(Cli.Json(new SchedulerAnswer(true, "done"))) };
        (await cli.RunAsync("cordon", "host-a", "--reason", "disk errors")).ShouldBe(ExitCodes.Success);
        (await cli.RunAsync("uncordon", "host-a")).ShouldBe(ExitCodes.Success);
        cli.Requests.ShouldBe([("POST /api/v1/hosts/host-a/cordon", """{"requestedBy":"ann","reason":"disk errors"}"""), ("DELETE /api/v1/hosts/host-a/cordon?requestedBy=ann", "")]);
        cli.Out.ShouldContain("done");
    }
}
