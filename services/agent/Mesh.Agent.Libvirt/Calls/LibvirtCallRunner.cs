using System.Diagnostics.CodeAnalysis;

namespace Mesh.Agent.Libvirt;

/// <summary>
/// Runs blocking libvirt calls off the caller's thread and bounds each in time, because a daemon that hangs blocks its callers
/// forever. One instance per connection; it outlives no reconnect, so that calls stuck on the old one no longer count.
/// </summary>
/// <remarks>
/// A native call cannot be interrupted. One that exceeds its limit continues, keeps alive what it uses, and is counted as stuck
/// until it returns; its late result is disposed. At most <see cref="LibvirtCallOptions.MaxConcurrentCalls"/> plus
/// <see cref="LibvirtCallOptions.MaxStuckCalls"/> threads are ever in such calls.
/// </remarks>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "A semaphore whose wait handle is never used has nothing to dispose, and late calls still need it.")]
public sealed class LibvirtCallRunner
{
    private readonly TimeProvider _time;
    private readonly LibvirtCallOptions _options;
    private readonly SemaphoreSlim _slots;
    private readonly CallTracker _stuck = new();
    private readonly CallTracker _long = new();
    private readonly CallTracker _abandoned = new();

    /// <summary>Limits for one connection.</summary>
    /// <param name="time">What the limits are measured by.</param>
    /// <param name="options">The limits; null for the defaults.</param>
    public LibvirtCallRunner(TimeProvider time, LibvirtCallOptions? options = null)
    {
        _time = time;
        _options = options ?? new LibvirtCallOptions();
        _slots = new SemaphoreSlim(_options.MaxConcurrentCalls);
    }

    /// <summary>The calls that exceeded their limit, or whose caller stopped waiting, and have not returned.</summary>
    public IReadOnlyList<string> Stuck => _stuck.Names;

    /// <summary>The number of long calls that run, whether or not anyone waits for them.</summary>
    public int LongRunning => _long.Names.Count;

    /// <summary>Runs a call that returns a value.</summary>
    /// <param name="name">The name for errors, such as <c>virDomainGetState</c>.</param>
    /// <param name="call">The call. A value that it returns too late is disposed.</param>
    /// <param name="limit">How long it may take, including the wait for a free slot; null for the default.</param>
    /// <param name="cancellationToken">Stops the wait, not the call.</param>
    /// <exception cref="LibvirtTimeoutException">The limit was exceeded.</exception>
    /// <exception cref="LibvirtOverloadException">Too many calls are stuck: the daemon hangs. It was not called.</exception>
    public async Task<T> RunAsync<T>(
        string name, Func<T> call, TimeSpan? limit = null, CancellationToken cancellationToken = default)
    {
        var allowed = limit ?? _options.DefaultLimit;
        ThrowIfTooManyStuck(name);
        using var deadline = new CancellationTokenSource(allowed, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        await AcquireSlotAsync(name, allowed, either.Token, cancellationToken);
        try
        {
            ThrowIfTooManyStuck(name);
            var pending = new PendingCall<T>(name, call, _stuck);
            pending.Start();
            using var giveUp = either.Token.Register(() => pending.Abandon(
                cancellationToken.IsCancellationRequested
                    ? new OperationCanceledException(cancellationToken)
                    : new LibvirtTimeoutException(name, allowed, wasStarted: true)));
            return await pending.Outcome;
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Runs a call that returns no value; otherwise as <see cref="RunAsync{T}"/>.</summary>
    public Task RunAsync(string name, Action call, TimeSpan? limit = null, CancellationToken cancellationToken = default) =>
        RunAsync(name, AsFunction(call), limit, cancellationToken);

    /// <summary>
    /// Runs a call without a limit, such as a migration, on its own thread and in no slot.
    /// </summary>
    /// <param name="name">The name for errors.</param>
    /// <param name="call">The call.</param>
    /// <param name="stopWaiting">Stops the wait, not the call, which continues and counts in <see cref="LongRunning"/>.</param>
    /// <exception cref="LibvirtOverloadException"><see cref="LibvirtCallOptions.MaxLongCalls"/> run already.</exception>
    public async Task RunLongAsync(string name, Action call, CancellationToken stopWaiting = default)
    {
        stopWaiting.ThrowIfCancellationRequested();
        if (!_long.TryAdd(name, _options.MaxLongCalls))
        {
            throw new LibvirtOverloadException(name, "run already", _long.Names);
        }

        var pending = new PendingCall<bool>(name, CountedAsLong(name, call), _abandoned);
        StartLong(name, pending);
        using var giveUp = stopWaiting.Register(() => pending.Abandon(new OperationCanceledException(stopWaiting)));
        await pending.Outcome;
    }

    /// <summary>Opens a connection; see <see cref="LibvirtConnection.Open"/>.</summary>
    public Task<LibvirtConnection> OpenAsync(
        string uri,
        LibvirtConnectionOptions? connectionOptions = null,
        TimeSpan? limit = null,
        CancellationToken cancellationToken = default) =>
        RunAsync(nameof(Native.virConnectOpen), () => LibvirtConnection.Open(uri, connectionOptions), limit, cancellationToken);

    /// <summary>Closes a connection, which talks to the daemon; see <see cref="LibvirtConnection.Dispose"/>.</summary>
    public Task CloseAsync(LibvirtConnection connection, TimeSpan? limit = null, CancellationToken cancellationToken = default) =>
        RunAsync(nameof(Native.virConnectClose), connection.Dispose, limit, cancellationToken);

    /// <summary>
    /// Migrates a domain; see <see cref="LibvirtDomain.MigrateToUri3"/>. Ends when the migration has ended, however long that
    /// takes.
    /// </summary>
    /// <param name="domain">The domain. It may be disposed meanwhile.</param>
    /// <param name="destinationUri">The destination daemon as the source daemon reaches it.</param>
    /// <param name="parameters">How, and what of it.</param>
    /// <param name="flags">How.</param>
    /// <param name="stopWaiting">Stops the wait, not the migration; <see cref="LibvirtDomain.AbortJob"/> ends that.</param>
    public Task MigrateAsync(
        LibvirtDomain domain,
        string? destinationUri,
        MigrateParameters parameters,
        MigrateFlags flags,
        CancellationToken stopWaiting = default) =>
        RunLongAsync(
            nameof(Native.virDomainMigrateToURI3), () => domain.MigrateToUri3(destinationUri, parameters, flags), stopWaiting);

    private async Task AcquireSlotAsync(string name, TimeSpan allowed, CancellationToken either, CancellationToken cancellationToken)
    {
        try
        {
            await _slots.WaitAsync(either);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LibvirtTimeoutException(name, allowed, wasStarted: false);
        }
    }

    private void ThrowIfTooManyStuck(string name)
    {
        if (_stuck.Names is var stuck && stuck.Count >= _options.MaxStuckCalls)
        {
            throw new LibvirtOverloadException(name, "are stuck", stuck);
        }
    }

    private void StartLong(string name, PendingCall<bool> pending)
    {
        try
        {
            pending.Start();
        }
        catch
        {
            _long.Remove(name);
            throw;
        }
    }

    private Func<bool> CountedAsLong(string name, Action call) => () =>
    {
        try
        {
            call();
            return true;
        }
        finally
        {
            _long.Remove(name);
        }
    };

    private static Func<bool> AsFunction(Action call) => () =>
    {
        call();
        return true;
    };
}
