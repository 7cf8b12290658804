using Mesh.Hosting.Errors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Hosting.Bus;

/// <summary>
/// Keeps a message until the store can be used: it is not the message's fault, so it must not end in the error queue. Meanwhile the
/// others wait in the broker.
/// </summary>
internal sealed partial class StoreRetry(IServiceProvider provider)
{
    /// <summary>Time between two attempts.</summary>
    public static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time = provider.GetService<TimeProvider>() ?? TimeProvider.System;
    private readonly ILogger _log = provider.GetService<ILogger<StoreRetry>>() ?? (ILogger)NullLogger.Instance;

    /// <summary>Handles a message as often as it takes.</summary>
    public async Task HandleAsync(string message, Func<Task> handle, CancellationToken cancellation)
    {
        var isLogged = false;
        while (true)
        {
            try
            {
                await handle();
                if (isLogged)
                    LogResumed(message);
                return;
            }
            catch (StoreUnavailableException e)
            {
                if (!isLogged)
                    LogWaiting(message, e.Message);
                isLogged = true;
            }

            await Task.Delay(RetryInterval, _time, cancellation);
        }
    }

    [LoggerMessage(130, LogLevel.Error, "{Message} waits, because {Reason}")]
    private partial void LogWaiting(string message, string reason);

    [LoggerMessage(131, LogLevel.Information, "{Message} is taken, because the store can be used again")]
    private partial void LogResumed(string message);
}
