using Dapper;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Doctor;
using Mesh.Hosting.Store;
using Mesh.Migrations.Host;
using Mesh.Policy.Host;
using Mesh.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Mesh.Scheduler.Host.Tests.Running;

/// <summary>A store that can be damaged and diagnosed.</summary>
internal sealed class TestStore(string location) : IDisposable
{
    private readonly MeshDatabase _database = new(Options.Create(new StoreOptions { Location = location }), []);

    /// <summary>Damages the store.</summary>
    public async Task DamageAsync(string sql) => (await _database.WriteAsync((connection, transaction) => connection.ExecuteAsync(sql, transaction: transaction))).ShouldNotBe(0);

    public Task<long> CountAsync(string table) => _database.ReadAsync(connection => connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM {table}"));

    public async Task<DoctorReport> ExamineAsync(bool repair = false)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create<string, string?>("Store:Location", location)]).Build();
        await using var provider = new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(new ManualTimeProvider())
            .AddSingleton<IMessageBus>(new TestBroker())
            .AddPolicies(configuration)
            .AddMigrations(configuration)
            .AddScheduler(configuration)
            .BuildServiceProvider();
        return await provider.GetRequiredService<StoreDoctor>().DiagnoseAsync(repair);
    }

    public void Dispose() => _database.Dispose();
}
