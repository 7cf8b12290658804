using Mesh.Agent;
using Mesh.Agent.Simulated;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Migrations.Host;
using Mesh.Policy.Host;
using Mesh.Scheduler.Host;
using Mesh.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Simulation.Tests;

/// <summary>The services and two agents with simulated hypervisors in one process, on the in-memory bus.</summary>
internal sealed class SmallMesh : IAsyncDisposable
{
    public static readonly HostName Left = new("left");
    public static readonly HostName Right = new("right");

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mesh-small-");
    private readonly IHost _host;

    private SmallMesh()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Store:Location"] = $"sqlite:{Path.Combine(_directory.FullName, "mesh.db")}",
        });
        builder.Services.AddLogging();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddMigrations(builder.Configuration).AddPolicies(builder.Configuration).AddScheduler(builder.Configuration);
        builder.Services.AddSingleton(_ => CreateCluster());
        foreach (var host in new[] { Left, Right })
            builder.Services.AddAgent(
                host,
                options =>
                {
                    options.MigrationTarget = $"simulated://{host}";
                    options.Tick = TimeSpan.FromMilliseconds(100);
                    options.FastTick = TimeSpan.FromMilliseconds(50);
                },
                provider => provider.GetRequiredService<SimulatedCluster>().CreateHypervisor(host));
        _host = builder.Build();
    }

    public IMessageBus Bus => _host.Services.GetRequiredService<IMessageBus>();

    public static async Task<SmallMesh> StartAsync()
    {
        var mesh = new SmallMesh();
        await mesh._host.StartAsync();
        await Eventually.HoldsAsync(
            async () => (await mesh.RequestAsync<ListHosts, HostList>(new ListHosts())).Hosts.Count(host => host.LastReportAt is not null) == 2, "both hosts have reported");
        return mesh;
    }

    public Task<TReply> RequestAsync<TRequest, TReply>(TRequest request)
        where TRequest : class
        where TReply : class => Bus.RequestAsync<TRequest, TReply>(MigrationQueues.Requests, request);

    public Task<MigrationRequestAnswer> MigrateAsync(RequestMigration request) =>
        Bus.RequestAsync<RequestMigration, MigrationRequestAnswer>(SchedulerQueues.Requests, request);

    public async Task<MigrationView> AwaitEndAsync(MigrationId id) => await Eventually.ReturnsAsync(
        async () => (await RequestAsync<GetMigration, GetMigrationAnswer>(new GetMigration(id))).Migration is { Outcome: not null } ended ? ended : null, "the migration ends");

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        _directory.Delete(recursive: true);
    }

    private static SimulatedCluster CreateCluster()
    {
        var cluster = new SimulatedCluster(TimeProvider.System);
        cluster.AddHost(new SimulatedHost { Name = Left });
        cluster.AddHost(new SimulatedHost { Name = Right });
        cluster.AddVm(Left, new SimulatedVm { Id = new VmId(Guid.NewGuid()), Name = "small", Memory = Bytes.FromMebibytes(512) });
        return cluster;
    }
}
