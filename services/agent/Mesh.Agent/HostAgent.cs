using Mesh.Agent.Commands;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Agent.Reports;
using Mesh.Agent.Running;
using Mesh.Agent.State;
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
    private static readonly TimeSpan StoppingMax = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<CommandDesk> _desk = new();
    private AgentContext? _agent;
    private Task _loops = Task.CompletedTask;
    private bool _isDisposed;

    /// <summary>Takes a command. It is acted upon in order with others for its machine, beside those for others.</summary>
    public async Task HandleAsync(AgentCommand message, CancellationToken cancellation)
    {
        if (!_desk.Task.IsCompleted)
        {
            await _desk.Task.WaitAsync(cancellation);

            // Off the starting thread, which has just made the desk.
            await Task.Yield();
        }

        (await _desk.Task).Take(message);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var host = new HostName(options.Host);
        var file = options.StateDirectory is { } directory ? new StateFile(directory, host) : null;
        var store = new AgentStore(file, options.RecordsKeptMax, log);
        var agent = _agent = new AgentContext
        {
            Host = host,
            Options = options,
            Hypervisor = connect(),
            Bus = bus,
            Postman = new Postman(bus, time, options.RetryIntervalMax, log),
            Store = store,
            Time = time,
            Log = log,
            AgentEpoch = store.Begin(time.GetUtcNow()),
            Stopping = _stopping.Token,
        };
        var followers = new Followers(agent);
        var desk = new CommandDesk(
            agent, new SourceCommands(agent, followers), new DestinationCommands(agent), new RecoveryCommands(agent, followers), new StrayCommands(agent));

        await TakeUpAgainAsync(agent, followers);
        _loops = RunAsync(agent, followers, desk);
        _desk.SetResult(desk);
        log.Started(host, options.Tick, options.StateDirectory ?? "memory only", followers.All.Count());
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync();
        _desk.TrySetCanceled(CancellationToken.None);
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
        using var patience = new CancellationTokenSource(StoppingMax, time);
        await StopAsync(patience.Token);
        if (_agent is not null)
            await _agent.Hypervisor.DisposeAsync();
        _stopping.Dispose();
    }

    /// <summary>Goes on where an earlier process of this agent left off.</summary>
    private static async Task TakeUpAgainAsync(AgentContext agent, Followers followers)
    {
        foreach (var record in agent.Store.Record.Migrations)
        {
            if (record.Source is { Ended: { } ended, IsEndDelivered: false })
                await agent.TellAsync(ended);
            if (record.IsRunning)
                followers.Follow(record, isNew: false);
        }
    }

    private static async Task RunAsync(AgentContext agent, Followers followers, CommandDesk desk)
    {
        // The start goes on without waiting for the hypervisor.
        await Task.Yield();
        var foreign = new ForeignJobs(agent, followers);
        var arrivals = new Arrivals(agent);
        var loop = new Loop(agent);
        var pump = loop.RunAsync("events", () => new EventPump(agent, followers, foreign, arrivals).RunAsync());
        var postman = loop.RunAsync("messages", () => agent.Postman.RunAsync(agent.Stopping));

        // Before the first report: a machine that someone migrates must not be taken for one that stays.
        await foreign.FindAtStartAsync();
        await Task.WhenAll(
            pump, postman,
            loop.RunAsync("reports", new Reporter(agent, followers, foreign, arrivals).RunAsync),
            loop.RunAsync("inventories", new InventorySender(agent, followers, foreign, arrivals).RunAsync));
        await Task.WhenAll(followers.StoppedAsync(), desk.StoppedAsync(), arrivals.StoppedAsync());
    }
}
