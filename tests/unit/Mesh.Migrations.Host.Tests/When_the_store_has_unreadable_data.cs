using Dapper;
using Mesh.Hosting.Errors;
using Mesh.Hosting.Store;
using Mesh.Testing;
using Mesh.Testing.Fixtures;
using Microsoft.Extensions.Options;

namespace Mesh.Migrations.Host.Tests;

public sealed class When_the_store_has_unreadable_data : IAsyncLifetime
{
    private readonly SqliteFiles _stores = new();
    private string _location = "";

    public async ValueTask InitializeAsync() => _location = await _stores.CreateAsync();

    [Fact]
    public async Task Should_not_start_and_refer_to_the_doctor()
    {
        await using (await MigrationsProcess.StartAsync(_location, new ManualTimeProvider(), new RecordingBus()))
        {
        }

        using var database = new MeshDatabase(Options.Create(new StoreOptions { Location = _location }), []);
        await database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
            "INSERT INTO host_fence (host, fence) VALUES ('hosta', '{ half')", transaction: transaction));

        (await Should.ThrowAsync<ProblemException>(() => MigrationsProcess.StartAsync(_location, new ManualTimeProvider(), new RecordingBus())))
            .Message.ShouldContain("run 'mesh doctor'");
    }

    public ValueTask DisposeAsync()
    {
        _stores.Remove(_location);
        return ValueTask.CompletedTask;
    }
}
