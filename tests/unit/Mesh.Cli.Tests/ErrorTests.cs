using System.Net;
using System.Net.Sockets;
using System.Text;
using Mesh.Cli.Shell;
using Mesh.Contracts.Api;
using Mesh.Testing;

namespace Mesh.Cli.Tests;

public sealed class ErrorTests
{
    [Theory]
    [InlineData(SocketError.ConnectionRefused, "connection refused")]
    [InlineData(SocketError.HostNotFound, "no such host")]
    public async Task An_unreachable_mesh_is_reported_with_the_cause(SocketError error, string why)
    {
        var cli = new Cli { Gateway = (_, _) => throw new HttpRequestException("no", new SocketException((int)error)) };

        (await cli.RunAsync("list", "--server", "http://127.0.0.1:7071")).ShouldBe(ExitCodes.Unreachable);

        cli.ErrorLine().ShouldBe($"mesh: cannot reach http://127.0.0.1:7071 ({why}): is 'mesh up' running?");
    }

    [Theory]
    [InlineData(null, null, "http://127.0.0.1:7070/")]
    [InlineData("http://10.0.0.1:80", null, "http://10.0.0.1/")]
    [InlineData("http://10.0.0.1:80", "http://10.0.0.2:81/mesh", "http://10.0.0.2:81/mesh/")]
    public async Task The_option_takes_precedence_over_environment_and_default(string? environment, string? option, string server)
    {
        var requested = "";
        var cli = new Cli
        {
            Gateway = (request, _) =>
            {
                requested = request.RequestUri!.ToString();
                return Task.FromResult(Cli.Json(Array.Empty<string>()));
            },
        };
        if (environment is not null)
            cli.With("MESH_SERVER", environment);

        (await cli.RunAsync(option is null ? ["hosts"] : ["hosts", "--server", option])).ShouldBe(0, cli.Error);

        requested.ShouldBe($"{server}api/v1/hosts");
    }

    [Fact]
    public async Task An_invalid_server_variable_is_named()
    {
        var cli = new Cli().With("MESH_SERVER", "here");
        (await cli.RunAsync("list")).ShouldBe(ExitCodes.Usage);
        cli.ErrorLine().ShouldContain("invalid value 'here' for MESH_SERVER");
    }

    [Theory]
    [InlineData(ApiProblemTypes.Refused, 4)]
    [InlineData(ApiProblemTypes.NotAbortable, 4)]
    [InlineData(ApiProblemTypes.NotChangeable, 4)]
    [InlineData(ApiProblemTypes.InvalidPolicy, 4)]
    [InlineData(ApiProblemTypes.PolicyConflict, 4)]
    [InlineData(ApiProblemTypes.NotFound, 9)]
    [InlineData(ApiProblemTypes.BadRequest, 2)]
    [InlineData(ApiProblemTypes.ServiceUnavailable, 3)]
    [InlineData(ApiProblemTypes.LimitReached, 1)]
    [InlineData(ApiProblemTypes.Forbidden, 1)]
    [InlineData(ApiProblemTypes.Internal, 1)]
    public async Task Every_kind_of_problem_has_an_exit_code_and_one_line(string type, int exitCode)
    {
        var cli = new Cli().Answering(Cli.Problem(new ApiProblem { Type = type, Title = "t", Status = 400, Detail = "this is\nwrong" }));

        (await cli.RunAsync("show", "m1")).ShouldBe(exitCode);

        cli.ErrorLine().ShouldContain("this is wrong");
    }

    [Theory]
    [InlineData(HttpStatusCode.OK)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task Another_server_is_not_a_mesh(HttpStatusCode status)
    {
        var cli = new Cli().Answering(new HttpResponseMessage(status) { Content = new StringContent("<html>", Encoding.UTF8, "text/html") });
        (await cli.RunAsync("list")).ShouldBe(ExitCodes.Unreachable);
        cli.ErrorLine().ShouldContain($"is not a mesh gateway: it responded with status {(int)status} and content type text/html");
    }

    [Fact]
    public async Task A_gateway_that_does_not_respond_times_out()
    {
        var time = new ManualTimeProvider();
        var requested = new TaskCompletionSource();
        var cli = new Cli
        {
            Time = time,
            Gateway = (_, _) =>
            {
                requested.SetResult();
                return new TaskCompletionSource<HttpResponseMessage>().Task;
            },
        };

        var running = cli.RunAsync("list");
        await requested.Task;
        time.Advance(TimeSpan.FromSeconds(39));
        running.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(2));

        (await running).ShouldBe(ExitCodes.Unreachable);
        cli.ErrorLine().ShouldContain("no response from http://127.0.0.1:7070 within 40 s");
    }

    [Theory]
    [InlineData(new string[0], "no command given")]
    [InlineData(new[] { "mgrate" }, "unknown command 'mgrate'; commands: demo, up, agent, doctor, migrate")]
    [InlineData(new[] { "show" }, "Required argument 'ID' missing")]
    [InlineData(new[] { "show", "a", "b" }, "'b'")]
    [InlineData(new[] { "show", "a/b" }, "'a/b' is not a migration ID")]
    [InlineData(new[] { "policy" }, "'mesh policy' requires a command: list, show, explain, check, replay, apply, delete, set-default, override (see 'mesh policy --help')")]
    [InlineData(new[] { "policy", "lst" }, "'mesh policy' requires a command: list, show")]
    [InlineData(new[] { "policy", "show" }, "(see 'mesh policy show --help')")]
    [InlineData(new[] { "policy", "show", "nova", "--version", "-1" }, "--version")]
    [InlineData(new[] { "policy", "check" }, "(see 'mesh policy check --help')")]
    [InlineData(new[] { "policy", "check", "/does/not/exist.yaml" }, "cannot read /does/not/exist.yaml")]
    [InlineData(new[] { "policy", "override", "db-1" }, "use either the policy's NAME or --clear")]
    [InlineData(new[] { "policy", "override", "db-1", "nova", "--clear" }, "use either the policy's NAME or --clear")]
    [InlineData(new[] { "policy", "replay", "--policy", "nova" }, "'--trace' is required")]
    [InlineData(new[] { "policy", "replay", "--policy", "nova", "--trace", "/does/not/exist.jsonl" }, "cannot read /does/not/exist.jsonl")]
    [InlineData(new[] { "policy", "replay", "--policy", "./nova", "--trace", "-" }, "cannot read ./nova")]
    [InlineData(new[] { "list", "--limit", "1001" }, "from 1 to 1000")]
    [InlineData(new[] { "show", "@file" }, "'@file' is not a migration ID")]
    [InlineData(new[] { "agent", "--name", "a" }, "requires a broker")]
    [InlineData(new[] { "agent", "--name", "a b" }, "not a host name")]
    [InlineData(new[] { "agent", "--label", "zone" }, "invalid value 'zone' for --label: expected KEY=VALUE, such as zone=a")]
    [InlineData(new[] { "agent", "--label", "a=1", "--label", "=b" }, "invalid value '=b' for --label: the key '' must have 1 to 253 characters")]
    [InlineData(new[] { "agent", "--label", "host=a" }, "the key 'host' is reserved for the host's name")]
    [InlineData(new[] { "agent", "--label", "a=1", "--label", "a=2" }, "duplicate --label 'a'")]
    [InlineData(new[] { "agent", "--link", "0" }, "invalid value '0' for --link: expected a whole number of MiB/s from 1 to 1000000")]
    [InlineData(new[] { "agent", "--label", "a=1", "--label", "b=2", "--link", "100", "--shared-path", "/srv" }, "requires a broker")]
    [InlineData(new[] { "agent", "--broker", "amqp://nowhere", "--shared-path", "srv" }, "Agent:SharedPaths must be absolute paths of directories such as /var/lib/libvirt/shared, not 'srv'")]
    [InlineData(new[] { "agent", "--broker", "amqp://nowhere", "--link-device", "a/b" }, "Agent:LinkDevice must be the name of a network device such as eth1, not 'a/b'")]
    [InlineData(new[] { "up", "--listen", "http://0.0.0.0:7070" }, "no authentication yet")]
    [InlineData(new[] { "up", "--config", "/does/not/exist.json" }, "cannot read configuration file /does/not/exist.json")]
    public async Task Usage_errors_are_reported_in_one_line(string[] args, string expected)
    {
        var cli = new Cli();
        (await cli.RunAsync(args)).ShouldBe(ExitCodes.Usage);
        cli.ErrorLine().ShouldContain(expected);
        cli.Out.ShouldBeEmpty();
    }
}
