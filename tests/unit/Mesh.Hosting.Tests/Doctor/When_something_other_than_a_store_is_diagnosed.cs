using Mesh.Hosting.Store;
using Mesh.Testing;
using Mesh.Testing.Fixtures;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting.Tests.Doctor;

public sealed class When_something_other_than_a_store_is_diagnosed : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mesh-store-");

    private string Path => System.IO.Path.Combine(_directory.FullName, "mesh.db");

    [Fact]
    public async Task A_missing_file_is_not_created()
    {
        (await FindingAsync()).ShouldBe("cannot be opened: no such file");
        File.Exists(Path).ShouldBeFalse();
    }

    [Fact]
    public async Task A_directory_is_distinguished_from_a_file()
    {
        Directory.CreateDirectory(Path);

        (await FindingAsync()).ShouldBe("cannot be opened: it is a directory");
    }

    [Fact]
    public async Task A_file_of_something_else_is_left_unchanged()
    {
        var garbage = new string('x', 10_000);
        await File.WriteAllTextAsync(Path, garbage);

        (await FindingAsync()).ShouldContain("the file is not a database");
        (await File.ReadAllTextAsync(Path)).ShouldBe(garbage);
    }

    [Fact]
    public async Task A_file_with_damaged_pages_is_reported_and_left_unchanged()
    {
        using (var database = new MeshDatabase(Options.Create(new StoreOptions { Location = $"sqlite:{Path}" }), SchemaScript.Embedded(typeof(MeshDatabase).Assembly)))
            await database.EnsureReadyAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        await using (var file = File.OpenWrite(Path))
        {
            // After the first page, which identifies the file.
            file.Position = 4096;
            await file.WriteAsync(Enumerable.Repeat((byte)0xA5, (int)file.Length - 4096).ToArray());
        }

        var report = await When_a_store_is_diagnosed.DiagnoseAsync($"sqlite:{Path}", new ManualTimeProvider(), repair: true);

        report.IsHealthy.ShouldBeFalse();
        report.Findings.ShouldContain(finding => finding.Check == "integrity");
        report.Findings.ShouldAllBe(finding => finding.Repair != Mesh.Hosting.Doctor.RepairState.Done);
    }

    [Fact]
    public async Task A_server_that_does_not_respond_is_reported_without_its_password()
    {
        var location = $"postgres:Host=127.0.0.1;Port={ServerProcess.FindFreePort()};Username=mesh;Password=secret;Timeout=1";

        var report = await When_a_store_is_diagnosed.DiagnoseAsync(location, new ManualTimeProvider(), repair: false);

        report.Findings.ShouldHaveSingleItem().Message.ShouldStartWith("cannot be opened: ");
        $"{report}{report.Findings[0]}".ShouldNotContain("secret");
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private async Task<string> FindingAsync()
    {
        var report = await When_a_store_is_diagnosed.DiagnoseAsync($"sqlite:{Path}", new ManualTimeProvider(), repair: true);
        report.IsHealthy.ShouldBeFalse();
        return report.Findings.ShouldHaveSingleItem().Message;
    }
}
