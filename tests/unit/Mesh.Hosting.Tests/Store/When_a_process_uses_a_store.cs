using Mesh.Hosting.Doctor;
using Mesh.Hosting.Errors;
using Mesh.Hosting.Store;
using Mesh.Testing;
using Mesh.Testing.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Mesh.Hosting.Tests.Store;

/// <summary>A handle of the lock file outside <see cref="StoreLock"/> stands for another process: the operating system does not distinguish them.</summary>
public sealed class When_a_process_uses_a_sqlite_store() : StoreTest(new SqliteFiles())
{
    private string LockFile => SqliteFiles.GetPath(Location) + ".lock";

    [Fact]
    public async Task Another_one_is_refused_in_one_line_and_changes_nothing()
    {
        using var other = new FileStream(LockFile, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        using var host = StoreHost.Build(Location, services => services.AddSingleton<Mesh.Hosting.Bus.IMessageBus>(new RecordingBus()));

        var refusal = await Should.ThrowAsync<ProblemException>(() => host.Services.GetRequiredService<MeshDatabase>().EnsureReadyAsync());

        refusal.Message.ShouldBe(
            $"the store {Location} is in use by another mesh process, and a SQLite store serves one at a time. Stop that process, or use another --store");
        File.Exists(SqliteFiles.GetPath(Location)).ShouldBeFalse();
    }

    [Fact]
    public async Task The_next_one_gets_it_when_the_first_ends()
    {
        var first = new FileStream(LockFile, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        using var host = StoreHost.Build(Location, services => services.AddSingleton<Mesh.Hosting.Bus.IMessageBus>(new RecordingBus()));

        var starting = host.Services.GetRequiredService<MeshDatabase>().EnsureReadyAsync();
        first.Dispose();

        await starting;
        Should.Throw<IOException>(() => new FileStream(LockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose(), "it is locked again");
    }

    [Fact]
    public async Task It_is_free_again_once_every_service_of_the_process_has_ended()
    {
        using (var one = new StoreLock(Options.Create(new StoreOptions { Location = Location })))
        {
            using var two = new StoreLock(Options.Create(new StoreOptions { Location = Location }));
            await one.AcquireAsync();
            await two.AcquireAsync();
            await two.AcquireAsync();
            two.Dispose();
            Should.Throw<IOException>(() => new FileStream(LockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose());
        }

        new FileStream(LockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
    }

    [Fact]
    public async Task The_doctor_works_beside_it_and_says_that_it_is_running()
    {
        using (var host = StoreHost.Build(Location, services => services.AddSingleton<Mesh.Hosting.Bus.IMessageBus>(new RecordingBus())))
            await host.Services.GetRequiredService<MeshDatabase>().EnsureReadyAsync();
        using var other = new FileStream(LockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var options = Options.Create(new StoreOptions { Location = Location });
        var doctor = new StoreDoctor(options, SchemaScript.Embedded(typeof(MeshDatabase).Assembly), [new ClaimCheck(options)], new ManualTimeProvider());

        var report = await doctor.DiagnoseAsync(repair: true);

        report.Findings.ShouldHaveSingleItem().ShouldBe(DoctorFinding.Notice("claim", "the store", "a mesh is running on it"));
        report.IsHealthy.ShouldBeTrue();
        (await Should.ThrowAsync<ProblemException>(() => doctor.ReleaseClaimAsync())).Message.ShouldBe($"a mesh is running on the store {Location}: stop it first");
    }

    [Fact]
    public async Task A_missing_directory_is_named_and_not_created()
    {
        var directory = Path.Combine(Path.GetDirectoryName(SqliteFiles.GetPath(Location))!, "mispelt");
        var location = $"sqlite:{directory}/mesh.db";
        using var host = StoreHost.Build(location, services => services.AddSingleton<Mesh.Hosting.Bus.IMessageBus>(new RecordingBus()));

        var problem = await Should.ThrowAsync<ProblemException>(() => host.Services.GetRequiredService<MeshDatabase>().EnsureReadyAsync());

        problem.Message.ShouldBe($"the store {location} cannot be used: the directory {directory} does not exist; create it, or correct the path");
        Directory.Exists(directory).ShouldBeFalse();
    }
}

public sealed class When_processes_use_a_postgresql_store(PostgresServer server) : StoreTest(server)
{
    [Fact]
    public async Task Several_are_welcome_and_the_doctor_sees_those_of_others()
    {
        using (var one = new StoreLock(Options.Create(new StoreOptions { Location = Location })))
            await one.AcquireAsync();
        (await StoreLock.IsHeldByAnotherProcessAsync(Location)).ShouldBeFalse();

        // A connection outside StoreLock stands for another process.
        await using var other = new NpgsqlConnection(Location["postgres:".Length..] + ";Pooling=false");
        await other.OpenAsync();
        await using (var command = other.CreateCommand())
        {
            command.CommandText = "SELECT pg_advisory_lock_shared(hashtext('mesh_process'))";
            await command.ExecuteNonQueryAsync();
        }

        (await StoreLock.IsHeldByAnotherProcessAsync(Location)).ShouldBeTrue();
        using var two = new StoreLock(Options.Create(new StoreOptions { Location = Location }));
        await two.AcquireAsync();
    }

    [Fact]
    public async Task A_lock_that_the_server_has_dropped_is_taken_again()
    {
        using var held = new StoreLock(Options.Create(new StoreOptions { Location = Location }));
        await held.AcquireAsync();
        await TerminateOthersAsync();
        (await CountLocksAsync()).ShouldBe(0);

        await held.AcquireAsync();

        (await CountLocksAsync()).ShouldBe(1);
    }

    private Task<long> TerminateOthersAsync() => ExecuteAsync<long>(
        "SELECT COUNT(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");

    private Task<long> CountLocksAsync() => ExecuteAsync<long>(
        "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");

    private async Task<T> ExecuteAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Location["postgres:".Length..] + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
