using System.Diagnostics;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Core;

namespace Mesh.Agent.LibvirtAdapter;

/// <summary>
/// A connection to one libvirt daemon that is opened when it is needed, and again when it has broken, with growing pauses
/// between attempts that fail. Every call is bounded in time.
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

    /// <summary>A link that is not open yet.</summary>
    /// <param name="options">Where to and how.</param>
    /// <param name="time">The clock.</param>
    /// <param name="opened">Called with each new connection; may call libvirt.</param>
    public LibvirtClient(LibvirtClientOptions options, TimeProvider time, Action<LibvirtConnection>? opened = null)
    {
        (_options, _time, _opened) = (options, time, opened);
        _opener = new LibvirtCallRunner(time, options.Limits);
        _backoff = new BackoffCounter(FirstRetryDelay, options.RetryDelayMax);
    }

    /// <summary>Whether a connection stands now.</summary>
    public bool IsConnected => _open is { Connection.Closed.IsCompleted: false };

    /// <summary>Makes a call.</summary>
    /// <param name="name">Its name, for errors and metrics.</param>
    /// <param name="vm">The machine it is about; null if about none.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellation">Stops the wait, not the call.</param>
    /// <param name="limit">How long it may take; null for the usual limit.</param>
    /// <exception cref="HypervisorException">libvirt says no, cannot be reached, or does not answer in time.</exception>
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
            outcome = e is TimeoutException ? "overdue" : "error";
            throw LibvirtErrorMapping.ToHypervisorException(e, vm);
        }
        finally
        {
            AgentMetrics.CallDuration.Record(
                _time.GetElapsedTime(started).TotalSeconds, new TagList { { "call", name }, { "outcome", outcome } });
        }
    }

    /// <summary>The connection and what bounds its calls; opened if need be.</summary>
    /// <exception cref="HypervisorException">It cannot be opened, or was tried a moment ago in vain.</exception>
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
            // A dead daemon takes no leave; what is left of the connection ends with its last call.
        }
    }
}

/// <summary>Where a link leads and how it is kept.</summary>
/// <param name="Uri">The daemon.</param>
/// <param name="KeepAlive">How the connection is watched over.</param>
/// <param name="Limits">How its calls are bounded.</param>
/// <param name="RetryDelayMax">Longest pause between attempts to open it.</param>
internal sealed record LibvirtClientOptions(string Uri, LibvirtConnectionOptions KeepAlive, LibvirtCallOptions Limits, TimeSpan RetryDelayMax);

/// <summary>An open connection and what bounds its calls.</summary>
internal sealed record OpenConnection(LibvirtConnection Connection, LibvirtCallRunner Calls);
