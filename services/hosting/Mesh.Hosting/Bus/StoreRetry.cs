using Mesh.Hosting.Errors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Hosting.Bus;

/// <summary>
/// Retries a message until the store is available: the message is not at fault, so it must not end in the error queue. Meanwhile other
/// messages wait in the broker.
/// </summary>
internal sealed partial class StoreRetry(IServiceProvider provider)
{
    public static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time = provider.GetService<TimeProvider>() ?? TimeProvider.System;
    private readonly ILogger _log = provider.GetService<ILogger<StoreRetry>>() ?? (ILogger)NullLogger.Instance;

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

    [LoggerMessage(130, LogLevel.Error, "Handling of {Message} paused: {Reason}; retrying")]
    private partial void LogWaiting(string message, string reason);

    [LoggerMessage(131, LogLevel.Information, "Handling of {Message} resumed: the store is available again")]
    private partial void LogResumed(string message);
}
