using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Dapper;
using Mesh.Testing.Fixtures;
using Microsoft.Data.Sqlite;

namespace Mesh.Durability.Tests;

public sealed class When_the_mesh_cannot_start : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mesh-start-");
    private readonly int _port = ServerProcess.FindFreePort();

    private string Store => Path.Combine(_directory.FullName, "mesh.db");

    [Fact]
    public async Task A_store_that_is_something_else_is_reported_and_left_unchanged()
    {
        var garbage = new string('x', 20_000);
        await File.WriteAllTextAsync(Store, garbage);

        ErrorOf(await UpAsync($"sqlite:{Store}")).ShouldBe(
            $"mesh: the store sqlite:{Store} cannot be used: the file is not a database, or its header is damaged");
        (await File.ReadAllTextAsync(Store)).ShouldBe(garbage);
    }

    [Fact]
    public async Task A_store_that_is_a_directory_is_reported()
    {
        Directory.CreateDirectory(Store);

        ErrorOf(await UpAsync($"sqlite:{Store}")).ShouldBe($"mesh: the store sqlite:{Store} cannot be used: it is a directory, not a file");
    }

    [Fact]
    public async Task A_directory_without_permission_is_reported()
    {
        await Shell.RunAsync("chmod", ["555", _directory.FullName]);

        var result = await Shell.RunAsync(
            "setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", Repository.MeshExecutable, .. Arguments($"sqlite:{Store}")]);

        ErrorOf(result).ShouldContain($"{Store} cannot be used: ");
        ErrorOf(result).ShouldContain("permission", Case.Insensitive);
        _directory.GetFileSystemInfos().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_full_disk_is_reported_and_works_once_there_is_space()
    {
        using var disk = new SmallDisk();
        var up = $"timeout 20 {Repository.MeshExecutable} {string.Join(' ', Arguments($"sqlite:{disk.Path}/mesh.db"))}";

        var result = await disk.RunAsync("size=2m", $"{{ head -c 3m /dev/zero > {disk.Path}/filler; {up}; echo first $?; rm {disk.Path}/filler; {up}; true; }}");

        result.Error.ShouldContain($"mesh: the store sqlite:{disk.Path}/mesh.db cannot be used: the disk is full");
        result.Error.ShouldNotContain(" at ");
        result.Output.ShouldContain("first 2");
        result.Output.ShouldContain("mesh is up");
    }

    [Fact]
    public async Task A_read_only_file_system_is_reported()
    {
        using var disk = new SmallDisk();

        var result = await disk.RunAsync("size=2m,ro", $"exec {Repository.MeshExecutable} {string.Join(' ', Arguments($"sqlite:{disk.Path}/mesh.db"))}");

        ErrorOf(result).ShouldBe(
            $"mesh: the store sqlite:{disk.Path}/mesh.db cannot be used: the file cannot be opened or created: check the permissions of the file and its directory");
    }

    [Fact]
    public async Task A_store_of_mesh_0_1_is_named_and_left_as_it_is()
    {
        using var old = new SqliteConnection($"Data Source={Store};Pooling=False");
        old.Execute("CREATE TABLE mesh_schema (script TEXT PRIMARY KEY); CREATE TABLE flights (id TEXT PRIMARY KEY); INSERT INTO flights VALUES ('m1')");

        ErrorOf(await UpAsync($"sqlite:{Store}")).ShouldBe(
            $"mesh: the store sqlite:{Store} cannot be used: it was created by mesh 0.1, which this version cannot convert; start with an empty store");

        old.Query<string>("SELECT name FROM sqlite_master WHERE type = 'table'").ShouldBe(["mesh_schema", "flights"], ignoreOrder: true);
        old.Query<string>("SELECT id FROM flights").ShouldBe(["m1"]);
    }

    [Fact]
    public async Task A_database_server_that_does_not_respond_is_reported_without_its_password()
    {
        var port = ServerProcess.FindFreePort();

        var error = ErrorOf(await UpAsync($"postgres:Host=127.0.0.1;Port={port};Username=mesh;Password=secret;Database=mesh"));

        error.ShouldStartWith($"mesh: the store postgres:Host=127.0.0.1;Port={port};Database=mesh cannot be used: Failed to connect to 127.0.0.1:{port}");
        error.ShouldNotContain("secret");
    }

    [Fact]
    public async Task A_port_in_use_is_reported()
    {
        using var listener = new TcpListener(IPAddress.Loopback, _port);
        listener.Start();

        ErrorOf(await UpAsync($"sqlite:{Store}")).ShouldBe(
            $"mesh: cannot listen on http://127.0.0.1:{_port}: the port is in use; is another mesh running? Use --listen to select another port");
    }

    [Theory]
    [InlineData("size=64k", "head -c 1m /dev/zero > {0}/filler;", "cannot write its state to '{0}/hosta.json' (Agent:StateDirectory): ")]
    [InlineData("size=64k,ro", "", "cannot write its state to '{0}/hosta.json' (Agent:StateDirectory): ")]
    [InlineData("size=64k", "mkdir {0}/hosta.json;", "cannot read its state at '{0}/hosta.json' (Agent:StateDirectory): ")]
    [InlineData("size=64k", "echo '{{\"fences\":[],\"migrations\":[]}}' > {0}/hosta.json;", "cannot use the state in '{0}/hosta.json' (Agent:StateDirectory): its format is none (version 0.1)")]
    public async Task An_agent_that_cannot_use_its_state_reports_why(string options, string before, string expected)
    {
        using var disk = new SmallDisk();
        var agent = $"{Repository.MeshExecutable} agent --name hosta --libvirt test:///default --broker amqp://127.0.0.1:{ServerProcess.FindFreePort()} --state {disk.Path}";

        var result = await disk.RunAsync(options, $"{{ {string.Format(CultureInfo.InvariantCulture, before, disk.Path)} timeout 30 {agent} 2>{_directory.FullName}/error; }}");

        result.ExitCode.ShouldBe(2);
        var error = await File.ReadAllTextAsync(Path.Combine(_directory.FullName, "error"));

        // MassTransit may log errors about the broker as well.
        error.Split('\n').ShouldContain(line => line.StartsWith($"mesh: the agent {string.Format(CultureInfo.InvariantCulture, expected, disk.Path)}", StringComparison.Ordinal), error);
        error.ShouldNotContain("   at ");
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private Task<ShellResult> UpAsync(string store) => Shell.RunAsync(Repository.MeshExecutable, Arguments(store));

    private string[] Arguments(string store) => ["up", "--store", store, "--listen", $"http://127.0.0.1:{_port}"];

    /// <summary>The error: one line, and a failing exit code.</summary>
    private static string ErrorOf(ShellResult result)
    {
        result.ExitCode.ShouldNotBe(0);
        result.Output.ShouldBeEmpty();
        result.Error.Split('\n').ShouldHaveSingleItem();
        return result.Error;
    }
}
