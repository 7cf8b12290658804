using System.Globalization;
using Mesh.Testing;
using Mesh.Testing.Fixtures;
using RabbitMQ.Client;

namespace Mesh.Durability.Tests;

/// <summary>Real processes on the real broker, which no mesh has claimed when a test starts.</summary>
public sealed class When_meshes_share_a_broker_or_a_store(BrokerFixture broker) : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mesh-claims-");
    private readonly List<BackgroundProcess> _running = [];

    public async ValueTask InitializeAsync() => await DeleteClaimsAsync();

    public ValueTask DisposeAsync()
    {
        foreach (var process in _running)
            process.Dispose();
        _directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_second_store_is_refused_in_one_line_and_takes_nothing_until_the_claim_is_released()
    {
        var first = await UpAsync(broker.Url, "first");
        await first.KillAsync();

        var refused = await RunAsync("up", "--broker", broker.Url, "--store", Store("second"), "--listen", Url());
        refused.ExitCode.ShouldBe(2, refused.ToString());
        refused.Error.Trim().Split('\n').ShouldHaveSingleItem().ShouldStartWith($"mesh: the broker 127.0.0.1:{broker.Server.Port}/ is claimed by another store: ");
        refused.Error.ShouldContain(Store("first"));

        // A crash leaves nothing to release where the same store and broker come back, even if the broker was emptied meanwhile.
        await (await UpAsync(broker.Url, "first")).KillAsync();
        await DeleteClaimsAsync();
        await (await UpAsync(broker.Url, "first")).KillAsync();

        var released = await RunAsync("doctor", "--store", Store("second"), "--broker", broker.Url, "--release-claim");
        released.ExitCode.ShouldBe(0, released.ToString());
        released.Output.ShouldContain("released; it was claimed by the store ");
        await (await UpAsync(broker.Url, "second")).KillAsync();
        (await RunAsync("up", "--broker", broker.Url, "--store", Store("first"), "--listen", Url())).ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task A_claim_is_not_released_under_a_running_mesh()
    {
        await UpAsync(broker.Url, "running");

        var doctor = await RunAsync("doctor", "--store", Store("other"), "--broker", broker.Url, "--release-claim");
        doctor.ExitCode.ShouldBe(2, doctor.ToString());
        doctor.Error.ShouldContain("a mesh is answering on the broker");
        (await RunAsync("doctor", "--store", Store("running"), "--release-claim")).Error.ShouldContain("a mesh is running on the store");

        await StopAllAsync();
        await Eventually.HoldsAsync(
            async () => (await RunAsync("doctor", "--store", Store("running"), "--broker", broker.Url, "--release-claim")).ExitCode == 0, "the claim is released", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_second_mesh_on_one_store_is_refused_in_one_line_and_the_doctor_works_beside_the_first()
    {
        await UpAsync("in-memory", "shared");

        var refused = await RunAsync("up", "--store", Store("shared"), "--listen", Url());
        refused.ExitCode.ShouldBe(2, refused.ToString());
        refused.Error.Trim().Split('\n').ShouldHaveSingleItem().ShouldStartWith($"mesh: the store {Store("shared")} is in use by another mesh process");

        var doctor = await RunAsync("doctor", "--store", Store("shared"));
        doctor.ExitCode.ShouldBe(0, doctor.ToString());
        doctor.Output.ShouldContain("a mesh is running on it");

        await StopAllAsync();
        await UpAsync("in-memory", "shared");
    }

    [Theory]
    [InlineData("amqp://guest:wrong@127.0.0.1:{0}", "refuses user 'guest': wrong user name or password")]
    [InlineData("amqp://guest:guest@127.0.0.1:{0}/nowhere", "refuses user 'guest' the virtual host 'nowhere'")]
    public async Task A_broker_that_refuses_the_user_ends_the_command_in_one_line(string url, string expected)
    {
        var wrong = string.Format(CultureInfo.InvariantCulture, url, broker.Server.Port);
        string[][] commands =
        [
            ["up", "--broker", wrong, "--store", Store("refused"), "--listen", Url()],
            ["agent", "--broker", wrong, "--name", "hosta", "--libvirt", "test:///default", "--state", _directory.FullName],
        ];
        foreach (var command in commands)
        {
            var result = await RunAsync(command);
            result.ExitCode.ShouldBe(2, result.ToString());
            result.Output.ShouldBeEmpty();
            result.Error.Split('\n').Where(line => line.StartsWith("mesh: ", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldContain(expected);

            // The agent logs that it stops.
            result.Error.Split('\n').Length.ShouldBeLessThanOrEqualTo(2, result.Error);
        }

        var doctor = await RunAsync("doctor", "--broker", wrong, "--store", Store("refused"));
        doctor.ExitCode.ShouldBe(10);
        doctor.Output.ShouldContain(expected);
        doctor.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_mesh_waits_for_a_broker_that_starts_later()
    {
        var port = ServerProcess.FindFreePort();
        var later = BackgroundProcess.Start(
            Repository.MeshExecutable, ["up", "--broker", $"amqp://guest:guest@127.0.0.1:{port}", "--store", Store("early"), "--listen", Url()]);
        _running.Add(later);
        await Eventually.HoldsAsync(() => later.Output.Contains("cannot be reached", StringComparison.Ordinal), "it says that the broker is away", TimeSpan.FromSeconds(30));

        await using var relay = new TcpRelay(broker.Server.Port, port);
        await Eventually.HoldsAsync(() => later.Output.Contains("mesh is up", StringComparison.Ordinal), "it starts", TimeSpan.FromSeconds(60));

        later.Output.ShouldNotContain("   at ");
    }

    private string Store(string name) => $"sqlite:{Path.Combine(_directory.FullName, $"{name}.db")}";

    private static string Url() => $"http://127.0.0.1:{ServerProcess.FindFreePort()}";

    private static Task<ShellResult> RunAsync(params string[] arguments) => Shell.RunAsync(Repository.MeshExecutable, arguments);

    private async Task<BackgroundProcess> UpAsync(string url, string store)
    {
        var process = BackgroundProcess.Start(Repository.MeshExecutable, ["up", "--broker", url, "--store", Store(store), "--listen", Url()]);
        _running.Add(process);
        await Eventually.HoldsAsync(
            () => process.HasExited ? throw new InvalidOperationException(process.Output) : process.Output.Contains("mesh is up", StringComparison.Ordinal),
            "the mesh is up", TimeSpan.FromSeconds(60));
        return process;
    }

    private async Task StopAllAsync()
    {
        foreach (var process in _running.Where(process => !process.HasExited))
            await process.KillAsync();
    }

    private async Task DeleteClaimsAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker.Url) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        foreach (var service in new[] { "migrations", "policy", "scheduler" })
            await channel.QueueDeleteAsync($"mesh.{service}.requests.claim");
    }
}
