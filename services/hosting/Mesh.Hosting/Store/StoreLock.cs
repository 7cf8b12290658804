using Mesh.Hosting.Errors;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting.Store;

/// <summary>
/// The lock by which a process shows that it runs on a store, held until the process ends, however it ends. A SQLite store has one process at a
/// time; a PostgreSQL store as many as it has services and instances. Within a process the lock is shared.
/// </summary>
public sealed class StoreLock : IDisposable
{
    /// <summary>How long to wait for the lock: a mesh that is being restarted still holds it, and a doctor holds it for an instant.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);
    private static readonly SemaphoreSlim Gate = new(1);
    private static readonly Dictionary<string, (IProcessLock Lock, int Count)> Held = new(StringComparer.Ordinal);

    private readonly string _location;
    private bool _isHeld;

    /// <summary>The lock of the configured store, not taken yet.</summary>
    public StoreLock(IOptions<StoreOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _location = options.Value.Location;
    }

    /// <summary>Whether another process has a store's lock.</summary>
    public static async Task<bool> IsHeldByAnotherProcessAsync(string location, CancellationToken cancellation = default)
    {
        if (!SqlDialect.For(location).IsShared)
            return false;
        await Gate.WaitAsync(cancellation);
        try
        {
            return !Held.ContainsKey(location) && await SqlDialect.For(location).IsLockedAsync(cancellation);
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>Takes the lock and keeps it until it is disposed; takes it again if the database server has dropped it since.</summary>
    /// <exception cref="ProblemException">Another process has it.</exception>
    public async Task AcquireAsync(CancellationToken cancellation = default)
    {
        if (!SqlDialect.For(_location).IsShared)
            return;
        var begun = TimeProvider.System.GetTimestamp();
        while (!await TryAcquireAsync(cancellation))
        {
            if (TimeProvider.System.GetElapsedTime(begun) > MaxWait)
                throw new ProblemException(
                    $"the store {SqlDialect.Describe(_location)} is in use by another mesh process, and a SQLite store serves one at a time. "
                    + "Stop that process, or use another --store");
            await Task.Delay(RetryInterval, TimeProvider.System, cancellation);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Gate.Wait();
        try
        {
            if (!_isHeld)
                return;
            _isHeld = false;
            var (held, count) = Held[_location];
            if (count > 1)
            {
                Held[_location] = (held, count - 1);
                return;
            }

            Held.Remove(_location);
            held.Dispose();
        }
        finally
        {
            Gate.Release();
        }
    }

    private async Task<bool> TryAcquireAsync(CancellationToken cancellation)
    {
        await Gate.WaitAsync(cancellation);
        try
        {
            var known = Held.TryGetValue(_location, out var held);
            if (!known || !await held.Lock.IsIntactAsync(cancellation))
            {
                if (await SqlDialect.For(_location).TryLockAsync(cancellation) is not { } taken)
                    return false;
                held.Lock?.Dispose();
                held = (taken, held.Count);
            }

            Held[_location] = (held.Lock, held.Count + (_isHeld ? 0 : 1));
            return _isHeld = true;
        }
        finally
        {
            Gate.Release();
        }
    }
}

/// <summary>A lock that the operating system or the database server releases when this process ends.</summary>
internal interface IProcessLock : IDisposable
{
    /// <summary>Whether it is still held.</summary>
    Task<bool> IsIntactAsync(CancellationToken cancellation);
}
