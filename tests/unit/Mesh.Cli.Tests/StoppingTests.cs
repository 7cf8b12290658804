using System.Net;
using Mesh.Cli.Shell;
using Mesh.Contracts.Api;
using Mesh.Contracts.Migrations;

namespace Mesh.Cli.Tests;

public sealed class StoppingTests
{
    [Theory]
    [InlineData(new[] { "watch" }, ExitCodes.Interrupted)]
    [InlineData(new[] { "watch" }, ExitCodes.Terminated)]
    [InlineData(new[] { "watch", "m1" }, ExitCodes.Interrupted)]
    [InlineData(new[] { "watch", "m1" }, ExitCodes.Terminated)]
    [InlineData(new[] { "list" }, ExitCodes.Terminated)]
    public async Task A_command_ends_with_the_code_of_the_signal(string[] args, int code)
    {
        using var stop = new CancellationTokenSource();
        var cli = new Cli
        {
            StoppedExitCode = code,
            Gateway = async (_, _) =>
            {
                await stop.CancelAsync();
                return await new TaskCompletionSource<HttpResponseMessage>().Task;
            },
        };

        (await cli.RunAsync(args, stop.Token)).ShouldBe(code);
    }

    [Theory]
    [InlineData(ApiProblemTypes.LimitReached, 503, ExitCodes.Error)]
    [InlineData(ApiProblemTypes.ServiceUnavailable, 503, ExitCodes.Unreachable)]
    public async Task A_refused_stream_does_not_hide_the_migration(string type, int status, int code)
    {
        var cli = new Cli
        {
            Gateway = (_, what) => Task.FromResult(what.StartsWith("POST", StringComparison.Ordinal)
                ? Cli.Json(TestData.View("m7"), HttpStatusCode.Accepted)
                : Cli.Problem(new ApiProblem { Type = type, Title = "t", Status = status, Detail = "too many live streams" })),
        };

        (await cli.RunAsync("migrate", "web-1", "--watch", "-o", "json")).ShouldBe(code);

        cli.ErrorLine().ShouldBe("mesh: too many live streams; migration m7 is not affected (mesh watch m7, mesh abort m7)");
        cli.Out.ShouldContain("\"migrationId\": \"m7\"");
    }

    [Fact]
    public async Task An_unknown_migration_is_not_said_to_continue()
    {
        var cli = new Cli().Answering(Cli.Problem(new ApiProblem { Type = ApiProblemTypes.NotFound, Title = "t", Status = 404, Detail = "migration 'm1' not found" }));
        (await cli.RunAsync("watch", "m1")).ShouldBe(ExitCodes.NotFound);
        cli.ErrorLine().ShouldBe("mesh: migration 'm1' not found");
    }

    [Theory]
    [InlineData(new[] { "migrate", "web-9" }, RefusalCode.UnknownVm)]
    [InlineData(new[] { "migrate", "web-1", "--to", "host-x" }, RefusalCode.UnknownHost)]
    [InlineData(new[] { "migrate", "web-1", "--policy", "x" }, RefusalCode.UnknownPolicy)]
    [InlineData(new[] { "targets", "web-9" }, RefusalCode.UnknownVm)]
    [InlineData(new[] { "check", "web-9" }, RefusalCode.UnknownVm)]
    [InlineData(new[] { "reschedule", "m1", "--to", "host-x" }, RefusalCode.UnknownHost)]
    [InlineData(new[] { "set", "m1", "--policy", "x" }, RefusalCode.UnknownPolicy)]
    public async Task What_is_unknown_has_one_exit_code_even_where_more_is_wrong(string[] args, RefusalCode unknown)
    {
        var cli = new Cli().Answering(Cli.Problem(new ApiProblem
        {
            Type = ApiProblemTypes.Refused,
            Title = "refused",
            Status = 404,
            Detail = "unknown",
            Refusals = [new(RefusalCode.InvalidOption, "too long"), new(unknown, "unknown")],
        }));

        (await cli.RunAsync(args)).ShouldBe(ExitCodes.NotFound);
        cli.ErrorLine().ShouldBe("mesh: refused: unknown");
    }

    [Fact]
    public async Task An_unreadable_reader_ends_the_command_quietly_and_a_full_disk_with_one_line()
    {
        var cli = new Cli().Answering(Cli.Json(Array.Empty<MigrationView>()));
        var closed = cli.Io with { Out = new FailingWriter(new CliException(ExitCodes.OutputClosed, "")) };
        (await CommandLine.RunAsync(["list"], closed, _ => [], CancellationToken.None)).ShouldBe(ExitCodes.OutputClosed);
        cli.Error.ShouldBeEmpty();

        cli.Answering(Cli.Json(Array.Empty<MigrationView>()));
        var full = cli.Io with { Out = new FailingWriter(new CliException(ExitCodes.Error, "cannot write to standard output: No space left on device")) };
        (await CommandLine.RunAsync(["list"], full, _ => [], CancellationToken.None)).ShouldBe(ExitCodes.Error);
        cli.ErrorLine().ShouldBe("mesh: cannot write to standard output: No space left on device");
    }

    [Fact]
    public async Task A_host_is_forgotten()
    {
        var cli = new Cli().Answering(Cli.Json(new Mesh.Contracts.Scheduling.SchedulerAnswer(true, "host-a is forgotten")));
        (await cli.RunAsync("hosts", "forget", "host-a")).ShouldBe(ExitCodes.Success);
        cli.Requests.ShouldHaveSingleItem().What.ShouldBe("DELETE /api/v1/hosts/host-a?requestedBy=ann");
        cli.Out.ShouldBe($"host-a is forgotten{Environment.NewLine}");
    }

    private sealed class FailingWriter(Exception failure) : StringWriter
    {
        public override void WriteLine(string? value) => throw failure;
    }
}
