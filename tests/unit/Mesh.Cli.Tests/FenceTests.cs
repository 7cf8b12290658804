using System.Net;
using Mesh.Cli.Shell;
using Mesh.Contracts.Api;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Tests;

public sealed class FenceTests
{
    [Fact]
    public async Task A_confirmed_fencing_is_told()
    {
        var cli = new Cli().Answering(Cli.Json(new FenceAnswer(FenceResult.Fenced, "host-a is off by the word of ann; 1 migrations are judged anew", [new MigrationId("m1")])));
        (await cli.RunAsync("fence", "host-a", "--confirm")).ShouldBe(0);
        cli.Requests.ShouldHaveSingleItem().What.ShouldBe("POST /api/v1/hosts/host-a/fence");
        cli.Requests.Single().Body.ShouldContain("\"confirmed\":true");
        cli.Out.ShouldContain("off by the word of ann");
    }

    [Fact]
    public async Task A_refused_one_exits_with_the_reason()
    {
        var cli = new Cli().Answering(Cli.Problem(
            new ApiProblem { Type = ApiProblemTypes.NotFenced, Title = "host-a is not fenced", Status = 409, Detail = "host-a was heard of 1 s ago" }));
        (await cli.RunAsync("fence", "host-a", "--confirm")).ShouldBe(ExitCodes.Refused);
        cli.ErrorLine().ShouldContain("heard of 1 s ago");
    }

    [Theory]
    [InlineData(null, 0, "off for certain")]
    [InlineData("the fence command exited with 1", ExitCodes.Failed, "could not be fenced: the fence command exited with 1")]
    public async Task A_fence_command_is_waited_for(string? failure, int exitCode, string said)
    {
        var looks = 0;
        var attempt = new FenceAttempt(TestData.Noon, "ann");
        var cli = new Cli
        {
            Gateway = (_, what) => Task.FromResult(what.StartsWith("POST", StringComparison.Ordinal)
                ? Cli.Json(new FenceAnswer(FenceResult.Started, "the fence command runs", []), HttpStatusCode.Accepted)
                : Cli.Json(new[]
                {
                    ++looks == 1 ? TestData.Host("host-a") with { FenceAttempt = attempt }
                        : failure is null ? TestData.Host("host-a") with { Health = HostHealth.Fenced }
                        : TestData.Host("host-a") with { FenceAttempt = attempt with { Failure = failure } },
                })),
        };
        (await cli.RunAsync("fence", "host-a")).ShouldBe(exitCode);
        (cli.Out + cli.Error).ShouldContain(said);
    }
}
