using Dapper;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Doctor;
using Mesh.Hosting.Store;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Mesh.Migrations.Host.Tests;

/// <summary>A store with its doctor, and ways to damage it.</summary>
internal sealed class DoctorFixture(string location, TimeProvider time) : IDisposable
{
    private readonly MeshDatabase _database = new(Options.Create(new StoreOptions { Location = location }), []);

    /// <summary>Changes the store in a way that the mesh never does.</summary>
    public async Task DamageAsync(string sql, object? parameters = null) =>
        (await _database.WriteAsync((connection, transaction) => connection.ExecuteAsync(sql, parameters, transaction))).ShouldNotBe(0);

    public Task<T?> QueryAsync<T>(string sql) => _database.ReadAsync(connection => connection.ExecuteScalarAsync<T>(sql));

    public async Task<DoctorReport> DiagnoseAsync(bool repair = false)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create<string, string?>("Store:Location", location)]).Build();
        await using var provider = new ServiceCollection()
            .AddLogging()
            .AddSingleton(time)
            .AddSingleton<IMessageBus>(new RecordingBus())
            .AddMigrations(configuration)
            .BuildServiceProvider();
        return await provider.GetRequiredService<StoreDoctor>().DiagnoseAsync(repair);
    }

    /// <summary>The only finding of a check.</summary>
    public async Task<DoctorFinding> FindAsync(string check)
    {
        var report = await DiagnoseAsync();
        report.IsHealthy.ShouldBeFalse();
        return report.Findings.Where(finding => finding.Check == check).ShouldHaveSingleItem();
    }

    /// <summary>Repairs the finding of a check; a second diagnosis finds nothing.</summary>
    public async Task RepairAsync(string check)
    {
        (await FindAsync(check)).Repair.ShouldBe(RepairState.Possible);
        var repaired = await DiagnoseAsync(repair: true);
        repaired.Findings.Where(finding => finding.Check == check).ShouldHaveSingleItem().Repair.ShouldBe(RepairState.Done);
        repaired.IsHealthy.ShouldBeTrue();
        (await DiagnoseAsync()).Findings.Where(finding => finding.IsOpen).ShouldBeEmpty();
    }

    public void Dispose() => _database.Dispose();
}
