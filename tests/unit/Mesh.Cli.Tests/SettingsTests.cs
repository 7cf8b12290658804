using Mesh.Cli.Shell;
using Mesh.Hosting.Errors;
using Mesh.Hosting.Store;
using Mesh.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Cli.Tests;

public sealed class SettingsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mesh-cli-tests-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Options_take_precedence_over_environment_and_file()
    {
        var file = File("""{"Bus":{"Broker":"amqp://file"},"Store":{"Location":"sqlite:file"},"Gateway":{"Listen":"http://127.0.0.1:1"}}""");
        var cli = new Cli().With("MESH_BROKER", "amqp://environment").With("MESH_STORE", "sqlite:environment").With("MESH_LISTEN", "");

        var settings = Settings.Load(cli.Io, file, [new(Settings.Broker, "amqp://option"), new(Settings.Store, null)]);

        settings[Settings.Broker].ShouldBe("amqp://option");
        settings[Settings.Store].ShouldBe("sqlite:environment");
        settings[Settings.Listen].ShouldBe("http://127.0.0.1:1");
    }

    [Theory]
    [InlineData("/state", "/users/ann", "sqlite:/state/migration-mesh/mesh.db")]
    [InlineData("", "/users/ann", "sqlite:/users/ann/.local/state/migration-mesh/mesh.db")]
    [InlineData("relative", "/users/ann", "sqlite:/users/ann/.local/state/migration-mesh/mesh.db")]
    public void State_is_stored_in_the_XDG_state_directory(string xdg, string home, string store) =>
        Settings.Load(new Cli().With("XDG_STATE_HOME", xdg).With("HOME", home).Io, null, [])[Settings.Store].ShouldBe(store);

    [Theory]
    [InlineData("""{"Bus":{"Brokr":"x"}}""", "unknown setting Bus:Brokr")]
    [InlineData("""{"Buss":{"Broker":"x"}}""", "unknown setting Buss")]
    [InlineData("{\n\"Bus\":\n}", "is not valid JSON: line 3")]
    [InlineData("[1]", "is not valid JSON")]
    public void An_invalid_configuration_file_is_rejected(string json, string why) =>
        Should.Throw<ProblemException>(() => Settings.Load(new Cli().Io, File(json), [])).Message.ShouldContain(why);

    [Theory]
    [InlineData("""{"Logging":{"LogLevel":{"Default":"Debug"}},"bus":{"broker":"in-memory","requestTimeout":"00:00:05"}}""")]
    [InlineData("""{"Agent":{"Host":"a","Tick":"00:00:02"},"Store":{"Location":"x"},"Gateway":{"MaxStreams":3,"ChangeTimeout":"00:00:02"},"Policies":{"Default":"adaptive"}}""")]
    public void Every_known_setting_is_accepted(string json) =>
        Should.NotThrow(() => Settings.Load(new Cli().Io, File(json), []));

    [Theory]
    [InlineData("in-memory", "in-memory")]
    [InlineData("amqp://ann:secret@rabbit:5672/mesh", "amqp://ann:***@rabbit:5672/mesh")]
    [InlineData("amqp://ann@rabbit", "amqp://ann@rabbit/")]
    [InlineData("sqlite:/var/lib/mesh.db", "sqlite:/var/lib/mesh.db")]
    [InlineData("postgres:Host=db;Username=ann;Password=secret", "postgres:host=db;username=ann;password=***")]
    [InlineData("postgres:Host=db;Pwd=secret", "postgres:host=db;pwd=***")]
    [InlineData("postgres:secret", "postgres:***")]
    public void Passwords_are_not_printed(string location, string printed) => Secrets.MaskPassword(location).ShouldBe(printed);

    [Fact]
    public async Task The_mesh_reports_when_it_is_up_and_stops_on_request()
    {
        using var stop = new CancellationTokenSource();
        var cli = new Cli();
        var running = cli.RunAsync(["up", "--listen", "http://127.0.0.1:0", "--store", $"sqlite:{_directory.FullName}/mesh.db"], stop.Token);

        await WaitAsync(() => cli.Out.Contains('\n', StringComparison.Ordinal) || running.IsCompleted);
        cli.Out.ShouldMatch(@"^mesh is up: http://127\.0\.0\.1:\d+ \(broker in-memory, store sqlite:.*mesh\.db\)\s$");
        await stop.CancelAsync();

        (await running.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBe(0);
    }

    [Fact]
    public async Task The_doctor_knows_all_schema_steps_of_the_mesh()
    {
        var store = $"sqlite:{_directory.FullName}/mesh.db";
        await using (var mesh = MeshHost.Build(Settings.Load(new Cli().Io, null, [new(Settings.Store, store)]), _ => { }))
            await mesh.Services.GetRequiredService<MeshDatabase>().EnsureReadyAsync(CancellationToken.None);

        var cli = new Cli();
        (await cli.RunAsync("doctor", "--store", store)).ShouldBe(ExitCodes.Success, cli.Out);
        cli.Out.ShouldEndWith($"healthy{Environment.NewLine}");
    }

    [Theory]
    [InlineData("--store", "mongodb:x", "neither sqlite:PATH nor postgres:CONNECTION")]
    [InlineData("--store", "sqlite:/dev/null/mesh.db", "the store sqlite:/dev/null/mesh.db cannot be used")]
    [InlineData("--broker", "ftp://x", "broker 'ftp://x' is neither 'in-memory' nor of the form amqp://")]
    public async Task Startup_errors_are_reported_in_one_line(string option, string value, string why)
    {
        var cli = new Cli().With("MESH_LISTEN", "http://127.0.0.1:0").With("XDG_STATE_HOME", _directory.FullName);
        (await cli.RunAsync("up", option, value)).ShouldBe(ExitCodes.Usage);
        cli.ErrorLine().ShouldContain(why);
        cli.Out.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_port_in_use_is_reported()
    {
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var cli = new Cli().With("MESH_LISTEN", $"http://{other.LocalEndpoint}").With("XDG_STATE_HOME", _directory.FullName);
        (await cli.RunAsync("up")).ShouldBe(ExitCodes.Error);
        cli.ErrorLine().ShouldContain($"cannot listen on http://{other.LocalEndpoint}: the port is in use");
    }

    private FileInfo File(string json)
    {
        var path = Path.Combine(_directory.FullName, $"{Guid.NewGuid():n}.json");
        System.IO.File.WriteAllText(path, json);
        return new FileInfo(path);
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            limit.IsCancellationRequested.ShouldBeFalse("it did not happen in time");
            await Task.Yield();
        }
    }
}
