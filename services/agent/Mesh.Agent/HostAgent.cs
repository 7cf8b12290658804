using Mesh.Agent.Commands;
using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Agent.Runtime;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent;

/// <summary>One host's agent: starts and stops its parts, and receives its commands.</summary>
internal sealed class HostAgent(
    AgentOptions options, Func<IHypervisor> connect, IMessageBus bus, TimeProvider time, ILogger<HostAgent> log)
    : IHostedService, IMessageHandler<AgentCommand>, IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<CommandDispatcher> _dispatcher = new();
    private ServiceProvider? _parts;
    private Task _loops = Task.CompletedTask;
    private bool _isDisposed;

    /// <summary>Queues a command: commands for one VM are executed in order, those for different VMs concurrently.</summary>
    public async Task HandleAsync(AgentCommand message, CancellationToken cancellation)
    {
        if (!_dispatcher.Task.IsCompleted)
        {
            await _dispatcher.Task.WaitAsync(cancellation);

            // Leave the starting thread, which has just set the dispatcher.
            await Task.Yield();
        }

        var dispatcher = await _dispatcher.Task;
        MeshContact.RecordHeard();
        dispatcher.Dispatch(message);
    }

    /// <summary>When the mesh was heard.</summary>
    public MeshContact MeshContact { get; } = new(options, time);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _parts = AgentComposition.Build(options, connect, bus, MeshContact, time, log, _stopping.Token);
        var monitored = await _parts.GetRequiredService<HostMigrations>().ResumeAsync();
        _loops = _parts.GetRequiredService<AgentLoops>().RunAsync();
        _dispatcher.SetResult(_parts.GetRequiredService<CommandDispatcher>());
        log.Started(new HostName(options.Host), options.Tick, options.StateDirectory ?? "memory only", monitored);
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
            // Calls that still wait for the hypervisor end with the process.
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
        if (_parts is not null)
            await _parts.DisposeAsync();
        _stopping.Dispose();
    }
}
