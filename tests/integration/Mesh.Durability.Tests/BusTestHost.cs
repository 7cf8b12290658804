using System.Collections.Concurrent;
using MassTransit;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Hosting;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Outbox;
using Mesh.Hosting.Store;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using IHost = Microsoft.Extensions.Hosting.IHost;

namespace Mesh.Durability.Tests;

/// <summary>A service on the real broker, with a store and an outbox, that records what it receives.</summary>
internal sealed class BusTestHost : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mesh-broker-");
    private readonly IHost _host;

    private BusTestHost(string broker, HostName? name)
    {
        HostName = name ?? new($"host{Guid.NewGuid():N}");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Bus:Broker"] = broker,
            ["Store:Location"] = $"sqlite:{Path.Combine(_directory.FullName, "mesh.db")}",
        });
        builder.Services.AddLogging();
        builder.Services.AddMeshBus(builder.Configuration).AddMeshStore(builder.Configuration).AddOutboxMessage<AgentCommand>();
        builder.Services.AddQueueHandler<AgentCommand>(AgentQueues.Commands(HostName), _ => Commands, ordered: true, exclusive: true);
        builder.Services.AddQueueHandler<HostReport>(AgentQueues.HostReports, _ => Reports, ordered: true, dropOldest: true);
        builder.Services.AddRequestHandler<AbortMigration, AbortAnswer>(Requests, _ => Answers);
        _host = builder.Build();
    }

    /// <summary>Unique, so that no queue holds another test's messages.</summary>
    public HostName HostName { get; }

    public RecordingHandler<AgentCommand> Commands { get; } = new();

    public RecordingHandler<HostReport> Reports { get; } = new();

    /// <summary>The queue on which this host answers requests.</summary>
    public string Requests { get; } = $"requests.{Guid.NewGuid():N}";

    public RecordingResponder Answers { get; } = new();

    public IMessageBus Bus => _host.Services.GetRequiredService<IMessageBus>();

    public IBusControl Control => _host.Services.GetRequiredService<IBusControl>();

    public MeshDatabase Database => _host.Services.GetRequiredService<MeshDatabase>();

    public static async Task<BusTestHost> StartAsync(string broker)
    {
        var host = new BusTestHost(broker, null);
        await host._host.StartAsync();

        // The start does not wait for the broker, and a message published to an exchange without its queue is lost.
        await host._host.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, TimeSpan.FromSeconds(60));
        return host;
    }

    /// <summary>A second agent with the name of another one, which does not get its queue.</summary>
    public static async Task<BusTestHost> StartSecondAsync(string broker, HostName name)
    {
        var host = new BusTestHost(broker, name);
        await host._host.StartAsync();
        return host;
    }

    /// <summary>Adds a command to the outbox, as a transition does.</summary>
    public async Task EnqueueAsync(AgentCommand command)
    {
        await Database.WriteAsync(async (connection, transaction) =>
        {
            await OutboxTable.AddAsync(connection, transaction, [OutboxMessage.ToQueue(AgentQueues.Commands(HostName), command)], TimeProvider.System.GetUtcNow());
            return true;
        });
        _host.Services.GetRequiredService<OutboxSignal>().Set();
    }

    public HostReport Report(long sequence) => new(HostName, 1, sequence, TimeProvider.System.GetUtcNow(), true, [], []);

    public static AgentCommand Command(int number) => new AbortJob
    {
        CommandId = new CommandId($"m1.1.{number}"),
        MigrationId = new MigrationId("m1"),
        Epoch = new Epoch(1),
        VmId = new VmId(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)),
    };

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        _directory.Delete(recursive: true);
    }

    /// <summary>Answers requests, or fails on them.</summary>
    internal sealed class RecordingResponder : IRequestHandler<AbortMigration, AbortAnswer>
    {
        private int _requestCount;

        public int RequestCount => _requestCount;

        public Func<Exception?> FailWith { get; set; } = () => null;

        public Task<AbortAnswer> AnswerAsync(AbortMigration request, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _requestCount);
            return FailWith() is { } failure ? Task.FromException<AbortAnswer>(failure) : Task.FromResult(new AbortAnswer(AbortResult.Aborting, ""));
        }
    }

    /// <summary>Records messages, or fails on them.</summary>
    internal sealed class RecordingHandler<T> : IMessageHandler<T>
        where T : class
    {
        public ConcurrentQueue<T> All { get; } = [];

        public Func<T, Exception?> FailWith { get; set; } = _ => null;

        /// <summary>Called before a message is recorded.</summary>
        public Func<T, Task> Before { get; set; } = _ => Task.CompletedTask;

        /// <summary>The number of messages whose handling has started.</summary>
        public int StartedCount { get; set; }

        public async Task HandleAsync(T message, CancellationToken cancellation)
        {
            if (FailWith(message) is { } failure)
                throw failure;
            StartedCount++;
            await Before(message);
            All.Enqueue(message);
        }
    }
}
