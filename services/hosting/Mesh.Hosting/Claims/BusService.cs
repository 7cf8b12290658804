using MassTransit;
using Mesh.Core;
using Mesh.Hosting.Background;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Errors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Claims;

/// <summary>
/// Starts the bus once the broker accepts this process. What is found at the start stops the start; a broker that cannot be reached then is
/// waited for, and if it refuses the process, the process stops. A claim is confirmed regularly, because a broker can lose it.
/// </summary>
internal sealed partial class BusService(
    IServiceProvider provider, BrokerAccess access, BusGate gate, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<BusService> log)
    : IHostedLifecycleService, IDisposable
{
    /// <summary>How often the claim is confirmed.</summary>
    public static readonly TimeSpan ConfirmInterval = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;
    private bool _isAccepted;

    // Created with its start: when it is disposed it stops the bus, and logs a warning if that was never started.
    private MassTransitHostedService? _bus;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await access.EnsureAsync(cancellationToken);
            _isAccepted = true;
        }
        catch (BusRequestException e)
        {
            LogWaiting(e.Message);
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_isAccepted)
            await StartBusAsync(cancellationToken);
        if (!_isAccepted || access.HoldsClaim)
            _loop = new LoopRunner("Broker access", new ExponentialBackoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)), time, log)
                .RunAsync(RunOnceAsync, _stopping.Token);
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _loop.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_bus is not null)
            await _bus.StopAsync(cancellationToken);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        if (_bus is not null)
            await Task.Delay(ConfirmInterval, time, stopping);
        try
        {
            await access.EnsureAsync(stopping);
        }
        catch (ProblemException e) when (_bus is not null && e.InnerException is BrokerRefusedException)
        {
            // A broker that has accepted this process before: the bus keeps its connection, and the broker may change its mind again.
            throw new BusRequestException(e.Message, e);
        }
        catch (ProblemException e)
        {
            LogRefused(e.Message);
            gate.Refuse(e.Message);
            lifetime.StopApplication();
            return Timeout.InfiniteTimeSpan;
        }

        if (_bus is null)
            await StartBusAsync(CancellationToken.None);
        return access.HoldsClaim ? TimeSpan.Zero : Timeout.InfiniteTimeSpan;
    }

    private async Task StartBusAsync(CancellationToken cancellation)
    {
        _bus = provider.GetRequiredService<MassTransitHostedService>();
        await _bus.StartAsync(cancellation);
        gate.Open();
    }

    [LoggerMessage(150, LogLevel.Warning, "{Reason}; retrying")]
    private partial void LogWaiting(string reason);

    [LoggerMessage(151, LogLevel.Critical, "The broker must not be used, so this process stops: {Reason}")]
    private partial void LogRefused(string reason);
}
