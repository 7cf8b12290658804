using Mesh.Core;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Errors;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Background;

/// <summary>
/// Repeats one piece of work until it is stopped. A failure never ends the loop: it is logged once per streak of failures, retried with
/// growing delays, and the recovery is logged. Not safe for concurrent use.
/// </summary>
/// <param name="name">What the loop does, as its log entries name it: "Inbox cleanup".</param>
/// <param name="retry">The delays between failed rounds.</param>
/// <param name="time">The clock that the delays follow.</param>
/// <param name="log">Where failures and recoveries are logged.</param>
public sealed partial class LoopRunner(string name, ExponentialBackoff retry, TimeProvider time, ILogger log)
{
    private readonly BackoffCounter _retry = new(retry);

    /// <summary>
    /// A round that ran at least this long before it failed starts a new streak; null: only a round that succeeds ends a streak. For rounds
    /// that normally never end.
    /// </summary>
    public TimeSpan? SteadyAfter { get; init; }

    /// <summary>Runs rounds until <paramref name="stopping"/> is cancelled; never throws.</summary>
    /// <param name="round">One round; returns the delay until the next.</param>
    /// <param name="stopping">Ends the loop.</param>
    /// <param name="wait">Waits for the next round; null: the delay by the clock.</param>
    public async Task RunAsync(
        Func<CancellationToken, Task<TimeSpan>> round, CancellationToken stopping, Func<TimeSpan, CancellationToken, Task>? wait = null)
    {
        ArgumentNullException.ThrowIfNull(round);
        while (!stopping.IsCancellationRequested)
        {
            var started = time.GetTimestamp();
            try
            {
                var delay = await round(stopping);
                OnSuccess();
                await (wait is null ? Task.Delay(delay, time, stopping) : wait(delay, stopping));
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever fails, the loop goes on.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (time.GetElapsedTime(started) >= SteadyAfter)
                    _retry.Reset();
                await Task.Delay(OnFailure(e), time, stopping)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }
    }

    private void OnSuccess()
    {
        if (_retry.Failures > 0)
            LogResumed(name, _retry.Failures);
        _retry.Reset();
    }

    private TimeSpan OnFailure(Exception e)
    {
        var delay = _retry.NextDelay();
        if (_retry.Failures > 1)
            LogStillFailing(e, name, _retry.Failures, delay.TotalSeconds);
        else if (e is StoreUnavailableException or BusRequestException or TimeoutException)
            LogPaused(name, e.Message, delay.TotalSeconds);
        else
            LogFailed(e, name, delay.TotalSeconds);
        return delay;
    }

    // Another service or the disk is at fault: where in our code that was noticed tells the operator nothing.
    [LoggerMessage(140, LogLevel.Warning, "{Loop} paused: {Reason}; retrying in {DelaySeconds:0.###} s")]
    private partial void LogPaused(string loop, string reason, double delaySeconds);

    [LoggerMessage(141, LogLevel.Error, "{Loop} failed; retrying in {DelaySeconds:0.###} s")]
    private partial void LogFailed(Exception exception, string loop, double delaySeconds);

    [LoggerMessage(142, LogLevel.Debug, "{Loop} still failing after {Failures} attempts; retrying in {DelaySeconds:0.###} s")]
    private partial void LogStillFailing(Exception exception, string loop, int failures, double delaySeconds);

    [LoggerMessage(143, LogLevel.Information, "{Loop} resumed after {Failures} failed attempts")]
    private partial void LogResumed(string loop, int failures);
}
