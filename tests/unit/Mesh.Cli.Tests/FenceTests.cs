using System.Net;
using Mesh.Cli.Shell;
using Mesh.Contracts.Api;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Tests;

public sealed class FenceTests
{
    [Fact]
    public async Task A_confirmed_fencing_is_reported()
    {
        var cli = new Cli().Answering(Cli.Json(new FenceAnswer(FenceResult.Fenced, "host-a is powered off, confirmed by ann; re-evaluating 1 migration", [new MigrationId("m1")])));
        (await cli.RunAsync("fence", "host-a", "--confirm")).ShouldBe(0);
        cli.Requests.ShouldHaveSingleItem().What.ShouldBe("POST /api/v1/hosts/host-a/fence");
        cli.Requests.Single().Body.ShouldContain("\"confirmed\":true");
        cli.Out.ShouldContain("confirmed by ann");
    }

    [Fact]
    public async Task A_refused_fencing_fails_with_the_reason()
    {
        var cli = new Cli().Answering(Cli.Problem(
            new ApiProblem { Type = ApiProblemTypes.NotFenced, Title = "host-a is not fenced", Status = 409, Detail = "host-a reported 1 s ago" }));
        (await cli.RunAsync("fence", "host-a", "--confirm")).ShouldBe(ExitCodes.Refused);
        cli.ErrorLine().ShouldContain("reported 1 s ago");
    }

    [Theory]
    [InlineData(null, 0, "is powered off")]
    [InlineData("the fence command exited with 1", ExitCodes.Failed, "fencing host-a failed: the fence command exited with 1")]
    public async Task A_fence_command_is_awaited(string? failure, int exitCode, string expected)
    {
        var polls = 0;
        var attempt = new FenceAttempt(TestData.Noon, "ann");
        var cli = new Cli
        {
            Gateway = (_, what) => Task.FromResult(what.StartsWith("POST", StringComparison.Ordinal)
                ? Cli.Json(new FenceAnswer(FenceResult.Started, "the fence command runs", []), HttpStatusCode.Accepted)
                : Cli.Json(new[]
                {
                    ++polls == 1 ? TestData.Host("host-a") with { FenceAttempt = attempt }
                        : failure is null ? TestData.Host("host-a") with { Health = HostHealth.Fenced }
                        : TestData.Host("host-a") with { FenceAttempt = attempt with { Failure = failure } },
                })),
        };
        (await cli.RunAsync("fence", "host-a")).ShouldBe(exitCode);
        (cli.Out + cli.Error).ShouldContain(expected);
    }
}
