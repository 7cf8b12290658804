using System.Collections.Concurrent;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Migrations.Host.Fencing;
using Mesh.Migrations.Host.Grains;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Messages;
using Mesh.Migrations.Host.Store;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Migrations.Host.Tests;

/// <summary>The migrations service as one process with a recording bus; started again on the same store, it stands for the process after a crash.</summary>
internal sealed class MigrationsProcess : IAsyncDisposable
{
    private static long _passEpochs;

    private readonly IHost _host;

    private MigrationsProcess(IHost host) => _host = host;

    public LocalGrainHost Grains => _host.Services.GetRequiredService<LocalGrainHost>();

    public SchedulerRequestHandler Scheduler => _host.Services.GetRequiredService<SchedulerRequestHandler>();

    public MigrationRequestHandler Requests => _host.Services.GetRequiredService<MigrationRequestHandler>();

    public FenceRequestHandler Fencing => _host.Services.GetRequiredService<FenceRequestHandler>();

    public ForgetHostHandler Forgetting => _host.Services.GetRequiredService<ForgetHostHandler>();

    public HostRegistry Hosts => _host.Services.GetRequiredService<HostRegistry>();

    public AgentMessageHandler Agents => _host.Services.GetRequiredService<AgentMessageHandler>();

    public MigrationStore Store => _host.Services.GetRequiredService<MigrationStore>();

    public RecordingBus Bus => (RecordingBus)_host.Services.GetRequiredService<IMessageBus>();

    /// <summary>Starts the service.</summary>
    /// <param name="location">Its store.</param>
    /// <param name="time">Its clock.</param>
    /// <param name="bus">Records its messages.</param>
    /// <param name="settings">Further settings.</param>
    public static Task<MigrationsProcess> StartAsync(string location, TimeProvider time, RecordingBus bus, params (string Name, string Value)[] settings) =>
        StartAsync(location, time, bus, null, settings);

    /// <summary>Starts the service with a log.</summary>
    public static async Task<MigrationsProcess> StartAsync(
        string location, TimeProvider time, RecordingBus bus, RecordingLog? log, params (string Name, string Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Store:Location"] = location });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)));
        builder.Services.AddLogging(logging => logging.Services.AddSingleton<ILoggerProvider>(log ?? new RecordingLog()));
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<IMessageBus>(bus);
        builder.Services.AddMigrations(builder.Configuration);
        var host = builder.Build();
        await host.StartAsync();
        return new MigrationsProcess(host);
    }

    /// <summary>Sends a request as the scheduler does.</summary>
    public Task<MigrationRequestAnswer> RequestAsync(RequestMigration request) => Requests.AnswerAsync(new EnqueueMigration(request, []), default);

    /// <summary>The scheduler's next pass: the fleet it reads, and the epoch for its admissions.</summary>
    public async Task<(ReadFleetAnswer Fleet, long PassEpoch)> ReadAsync()
    {
        var passEpoch = Interlocked.Increment(ref _passEpochs);
        return (await Scheduler.AnswerAsync(new ReadFleet(passEpoch), default), passEpoch);
    }

    /// <summary>A scheduling pass that admits one migration.</summary>
    public async Task<AdmissionAnswer> AdmitAsync(MigrationId id, bool mayTransfer = true, HostName? to = null)
    {
        var (fleet, passEpoch) = await ReadAsync();
        return await Scheduler.AnswerAsync(HostMessages.Admission(id, passEpoch, fleet.Migrations.Single(migration => migration.Id == id).Attempt, mayTransfer, to), default);
    }

    /// <summary>Sends a request and admits it at once.</summary>
    public async Task StartMigrationAsync(RequestMigration request)
    {
        (await RequestAsync(request)).Refusals.ShouldBeEmpty();
        (await AdmitAsync(request.Id)).ShouldBe(new AdmissionAnswer(true));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}

/// <summary>A bus that only records messages; successive processes share it like a broker.</summary>
internal sealed class RecordingBus : IMessageBus
{
    public ConcurrentQueue<AgentCommand> Commands { get; } = new();

    public ConcurrentQueue<MigrationEvent> Events { get; } = new();

    public ConcurrentQueue<MeshHeartbeat> Heartbeats { get; } = new();

    /// <summary>The answers of the policy service; null for none.</summary>
    public Func<ResolvePolicy, ResolvePolicyAnswer?> Policies { get; set; } = _ => new ResolvePolicyAnswer(null);

    /// <summary>Whether the broker can be reached.</summary>
    public bool IsReachable { get; set; } = true;

    public Task PublishAsync<T>(T message, CancellationToken cancellation = default)
        where T : class => RecordAsync(message);

    public Task SendAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => RecordAsync(message);

    public Task SendBestEffortAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => RecordAsync(message);

    public Task<TReply> RequestAsync<TRequest, TReply>(string queue, TRequest request, CancellationToken cancellation = default)
        where TRequest : class
        where TReply : class => request is ResolvePolicy resolve && Policies(resolve) is TReply reply
            ? Task.FromResult(reply)
            : throw new BusRequestException($"no answer from {queue}");

    private Task RecordAsync(object message)
    {
        if (!IsReachable)
            throw new IOException("the broker is not reachable");
        if (message is AgentCommand command)
            Commands.Enqueue(command);
        if (message is MeshHeartbeat heartbeat)
            Heartbeats.Enqueue(heartbeat);
        if (message is MigrationEvent published)
            Events.Enqueue(published);
        return Task.CompletedTask;
    }
}
