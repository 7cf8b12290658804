using System.Collections.Concurrent;
using Mesh.Hosting.Background;
using Mesh.Hosting.Bus;
using Mesh.Migrations.Host;
using Mesh.Policy.Host;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Scheduler.Host.Tests.Running;

/// <summary>A process of the mesh; started again on the same store it is the process after a crash.</summary>
internal sealed class MeshProcess : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly TestBroker _broker;
    private readonly ListLogger _log;

    private MeshProcess(IHost host, TestBroker broker, ManualTimeProvider clock, ListLogger log) => (_host, _broker, Clock, _log) = (host, broker, clock, log);

    /// <summary>The clock of its host.</summary>
    public ManualTimeProvider Clock { get; }

    /// <summary>The scheduler's log; each line starts with its event ID.</summary>
    public IReadOnlyList<string> Log => _log.Lines;

    /// <summary>Wakes the scheduler for a pass.</summary>
    public void RequestPass() => _host.Services.GetRequiredKeyedService<AsyncSignal>(FleetReader.ChangeSignal).Set();

    /// <summary>Waits for a log line that starts with a text: what the log describes is visible to others a moment earlier.</summary>
    public Task AwaitLogAsync(string start) =>
        Eventually.HoldsAsync(() => Log.Any(line => line.StartsWith(start, StringComparison.Ordinal)), $"'{start}' is logged");

    /// <summary>The scheduler.</summary>
    public static Task<MeshProcess> SchedulerAsync(string location, TestBroker broker, ManualTimeProvider clock, params (string Name, string Value)[] settings) =>
        StartAsync(location, broker, clock, settings, (services, configuration) => services.AddScheduler(configuration).AddScheduler(configuration));

    /// <summary>The services that the scheduler needs. Their default policy leaves the limits to the scheduler.</summary>
    public static Task<MeshProcess> OthersAsync(string location, TestBroker broker, ManualTimeProvider clock) =>
        StartAsync(location, broker, clock, [("Policies:Default", "virsh")], (services, configuration) => services.AddPolicies(configuration).AddMigrations(configuration));

    public async ValueTask DisposeAsync()
    {
        _broker.Detach(_host.Services);
        await _host.StopAsync();
        _host.Dispose();
    }

    private static async Task<MeshProcess> StartAsync(
        string location, TestBroker broker, ManualTimeProvider clock, (string Name, string Value)[] settings, Action<IServiceCollection, IConfiguration> add)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("Store:Location", (string?)location)]);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)));
        var log = new ListLogger();
        builder.Services.AddLogging(logging => logging.AddProvider(log));
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton<IMessageBus>(broker);
        add(builder.Services, builder.Configuration);
        var host = builder.Build();
        await host.StartAsync();
        broker.Attach(host.Services);
        return new MeshProcess(host, broker, clock, log);
    }

    private sealed class ListLogger : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = [];

        public IReadOnlyList<string> Lines => [.. _lines];

        public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("Mesh.Scheduler.", StringComparison.Ordinal) ? this : NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{eventId.Id} {formatter(state, exception)}{(exception is null ? "" : $": {exception}")}");

        public void Dispose()
        {
        }
    }
}
