using Mesh.Agent.Commands;
using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Agent.Reports;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent;

/// <summary>One host's agent: puts its parts together, finds the jobs of its predecessor again, and keeps everything running.</summary>
internal sealed class HostAgent(
    AgentOptions options, Func<IHypervisor> connect, IMessageBus bus, TimeProvider time, ILogger<HostAgent> log)
    : IHostedService, IMessageHandler<AgentCommand>, IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<CommandDispatcher> _dispatcher = new();
    private AgentContext? _agent;
    private Task _loops = Task.CompletedTask;
    private bool _isDisposed;

    /// <summary>Takes a command. It is acted upon in order with others for its machine, beside those for others.</summary>
    public async Task HandleAsync(AgentCommand message, CancellationToken cancellation)
    {
        if (!_dispatcher.Task.IsCompleted)
        {
            await _dispatcher.Task.WaitAsync(cancellation);

            // Off the starting thread, which has just made the desk.
            await Task.Yield();
        }

        (await _dispatcher.Task).Dispatch(message);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var host = new HostName(options.Host);
        var file = options.StateDirectory is { } directory ? new AgentStateFile(directory, host) : null;
        var store = new AgentStore(file, options.RecordsKeptMax, log);
        var agent = _agent = new AgentContext
        {
            Host = host,
            Options = options,
            Hypervisor = connect(),
            Bus = bus,
            Sender = new ReliableSender(bus, time, options.RetryIntervalMax, log),
            Store = store,
            Time = time,
            Log = log,
            AgentEpoch = store.StartAgentEpoch(time.GetUtcNow()),
            Stopping = _stopping.Token,
        };
        var monitors = new MigrationMonitors(agent);
        var dispatcher = new CommandDispatcher(
            agent, new SourceCommandHandler(agent, monitors), new DestinationCommandHandler(agent), new RecoveryCommandHandler(agent, monitors), new OrphanCommandHandler(agent));

        await ResumeMonitoringAsync(agent, monitors);
        _loops = RunAsync(agent, monitors, dispatcher);
        _dispatcher.SetResult(dispatcher);
        log.Started(host, options.Tick, options.StateDirectory ?? "memory only", monitors.All.Count());
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync();
        _dispatcher.TrySetCanceled(CancellationToken.None);
        try
        {
            await _loops.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Whatever still waits for the hypervisor is left to the end of the process.
        }

        log.Stopped(new HostName(options.Host));
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        using var timeout = new CancellationTokenSource(StopTimeout, time);
        await StopAsync(timeout.Token);
        if (_agent is not null)
            await _agent.Hypervisor.DisposeAsync();
        _stopping.Dispose();
    }

    /// <summary>Goes on where an earlier process of this agent left off.</summary>
    private static async Task ResumeMonitoringAsync(AgentContext agent, MigrationMonitors monitors)
    {
        foreach (var record in agent.Store.State.Migrations)
        {
            if (record.Source is { Ended: { } ended, IsEndSent: false })
                await agent.PublishAsync(ended);
            if (record.IsRunning)
                monitors.Start(record, isNew: false);
        }
    }

    private static async Task RunAsync(AgentContext agent, MigrationMonitors monitors, CommandDispatcher dispatcher)
    {
        // The start goes on without waiting for the hypervisor.
        await Task.Yield();
        var external = new ExternalMigrations(agent, monitors);
        var incoming = new IncomingMigrations(agent);
        var loop = new SupervisedLoop(agent);
        var eventLoop = loop.RunAsync("events", () => new HypervisorEventDispatcher(agent, monitors, external, incoming).RunAsync());
        var senderLoop = loop.RunAsync("messages", () => agent.Sender.RunAsync(agent.Stopping));

        // Before the first report: a machine that someone migrates must not be taken for one that stays.
        await external.DiscoverAsync();
        await Task.WhenAll(
            eventLoop, senderLoop,
            loop.RunAsync("reports", new HostReporter(agent, monitors, external, incoming).RunAsync),
            loop.RunAsync("inventories", new InventoryReporter(agent, monitors, external, incoming).RunAsync));
        await Task.WhenAll(monitors.WaitForCompletionAsync(), dispatcher.WaitForCompletionAsync(), incoming.WaitForCompletionAsync());
    }
}
