using System.Diagnostics;
using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;
using Mesh.Core;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>
/// A connection to one libvirt daemon that is opened on demand and reopened after it broke, with a growing delay after failed attempts.
/// Every call has a timeout.
/// </summary>
internal sealed class LibvirtClient : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly LibvirtClientOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<LibvirtConnection>? _opened;
    private readonly LibvirtCallRunner _opener;
    private readonly SemaphoreSlim _openLock = new(1);
    private readonly BackoffCounter _backoff;
    private DateTimeOffset _retryAt = DateTimeOffset.MinValue;
    private string _lastError = "";
    private volatile OpenConnection? _open;
    private volatile bool _isDisposed;

    /// <param name="options">The daemon and the connection's settings.</param>
    /// <param name="time">The clock.</param>
    /// <param name="opened">Called with each new connection; may call libvirt.</param>
    public LibvirtClient(LibvirtClientOptions options, TimeProvider time, Action<LibvirtConnection>? opened = null)
    {
        (_options, _time, _opened) = (options, time, opened);
        _opener = new LibvirtCallRunner(time, options.Limits);
        _backoff = new BackoffCounter(FirstRetryDelay, options.RetryDelayMax);
    }

    /// <summary>Makes a call.</summary>
    /// <param name="name">Its name, for errors and metrics.</param>
    /// <param name="vm">The VM concerned; null for none.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellation">Stops the wait, not the call.</param>
    /// <param name="limit">The timeout; null for the default.</param>
    /// <exception cref="HypervisorException">libvirt rejects the call, cannot be reached, or does not respond in time.</exception>
    public async Task<T> CallAsync<T>(
        string name, VmId? vm, Func<LibvirtConnection, T> call, CancellationToken cancellation, TimeSpan? limit = null)
    {
        var (started, outcome) = (_time.GetTimestamp(), "error");
        try
        {
            var open = await OpenAsync(cancellation);
            var result = await open.Calls.RunAsync(name, () => call(open.Connection), limit, cancellation);
            outcome = "ok";
            return result;
        }
        catch (Exception e) when (LibvirtErrorMapping.IsLibvirtError(e))
        {
            outcome = e is TimeoutException ? "timeout" : "error";
            throw LibvirtErrorMapping.ToHypervisorException(e, vm);
        }
        finally
        {
            LibvirtMetrics.CallDuration.Record(
                _time.GetElapsedTime(started).TotalSeconds, new TagList { { TelemetryNames.Tags.LibvirtCall, name }, { TelemetryNames.Tags.LibvirtResult, outcome } });
        }
    }

    /// <summary>The connection and its call runner; opened if necessary.</summary>
    /// <exception cref="HypervisorException">It cannot be opened, or a retry is not due yet.</exception>
    public async Task<OpenConnection> OpenAsync(CancellationToken cancellation)
    {
        if (_open is { Connection.Closed.IsCompleted: false } standing)
            return standing;
        await _openLock.WaitAsync(cancellation);
        try
        {
            if (_open is { Connection.Closed.IsCompleted: false } meanwhile)
                return meanwhile;
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_time.GetUtcNow() < _retryAt)
                throw new HypervisorException(HypervisorErrorCode.Unreachable, null, _lastError);
            await CloseAsync();
            return await ReopenAsync(cancellation);
        }
        finally
        {
            _openLock.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        await CloseAsync();
    }

    private async Task<OpenConnection> ReopenAsync(CancellationToken cancellation)
    {
        try
        {
            var connection = await _opener.OpenAsync(_options.Uri, _options.KeepAlive, null, cancellation);
            var open = new OpenConnection(connection, new LibvirtCallRunner(_time, _options.Limits));
            if (_opened is { } opened)
                await open.Calls.RunAsync("subscribe", () => opened(connection), null, cancellation);
            _backoff.Reset();
            return _open = open;
        }
        catch (Exception e) when (LibvirtErrorMapping.IsLibvirtError(e))
        {
            _retryAt = _time.GetUtcNow() + _backoff.NextDelay();
            _lastError = $"{_options.Uri}: {LibvirtErrorMapping.ToHypervisorException(e, null).Message}";
            throw new HypervisorException(HypervisorErrorCode.Unreachable, null, _lastError, e);
        }
    }

    private async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _open, null) is not { } open)
            return;
        try
        {
            await open.Calls.CloseAsync(open.Connection, CloseTimeout);
        }
        catch (Exception e) when (LibvirtErrorMapping.IsLibvirtError(e))
        {
            // The daemon does not respond; the connection is freed when its last call returns.
        }
    }
}

internal sealed record LibvirtClientOptions(string Uri, LibvirtConnectionOptions KeepAlive, LibvirtCallOptions Limits, TimeSpan RetryDelayMax);

internal sealed record OpenConnection(LibvirtConnection Connection, LibvirtCallRunner Calls);
