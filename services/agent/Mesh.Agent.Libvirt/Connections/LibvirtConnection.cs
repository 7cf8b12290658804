namespace Mesh.Agent.Libvirt;

/// <summary>
/// A connection to one libvirt daemon (<c>virConnectPtr</c>). Safe to use from several threads. Every member that is not cached
/// calls libvirt and can block for as long as the daemon does: run it through <see cref="LibvirtCallRunner"/>.
/// </summary>
/// <remarks>
/// Members throw <see cref="LibvirtException"/> when libvirt refuses and <see cref="ObjectDisposedException"/> after
/// <see cref="Dispose"/>. Domains, pools and volumes obtained from the connection stay usable after it is disposed: each holds its own
/// reference inside libvirt, and the connection really closes when the last of them is freed.
/// </remarks>
public sealed partial class LibvirtConnection : IDisposable
{
    private readonly ConnectionHandle _handle;
    private readonly CloseSignal _closeSignal;
    private readonly SubscriptionSet _subscriptions = new();

    private LibvirtConnection(ConnectionHandle handle, CloseSignal closeSignal, bool keepsAlive)
    {
        _handle = handle;
        _closeSignal = closeSignal;
        KeepsAlive = keepsAlive;
    }

    /// <summary>Whether the connection uses keepalive messages; drivers without a daemon do not.</summary>
    public bool KeepsAlive { get; }

    /// <summary>
    /// Ends, with the reason, when the connection is closed from either side. libvirt never reopens a connection: once it is
    /// closed all its calls fail, and a new one must be opened.
    /// </summary>
    public Task<ConnectionCloseReason> Closed => _closeSignal.Closed;

    /// <summary>Whether libvirt still considers the connection usable (<c>virConnectIsAlive</c>). Asks no daemon.</summary>
    public bool IsAlive =>
        LibvirtException.ThrowIfFailed(Native.virConnectIsAlive(_handle), nameof(Native.virConnectIsAlive)) == 1;

    /// <summary>The address of this connection, as libvirt completed it (<c>virConnectGetURI</c>).</summary>
    public string Uri => NativeText.TakeOwned(Native.virConnectGetURI(_handle), nameof(Native.virConnectGetURI));

    internal ConnectionHandle Handle => _handle;

    /// <summary>
    /// Opens a connection (<c>virConnectOpen</c>, <c>virConnectSetKeepAlive</c>, <c>virConnectRegisterCloseCallback</c>) and
    /// starts the process-wide event loop if necessary.
    /// </summary>
    /// <param name="uri">Such as <c>qemu:///system</c> or <c>qemu+tcp://host/system</c>.</param>
    /// <param name="options">Its settings; null for the defaults.</param>
    /// <exception cref="LibvirtException">The daemon cannot be reached or refuses.</exception>
    /// <exception cref="DllNotFoundException">libvirt's client library is not installed.</exception>
    public static LibvirtConnection Open(string uri, LibvirtConnectionOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(uri);
        options ??= new LibvirtConnectionOptions();

        LibvirtEventLoop.EnsureStarted();
        var handle = new ConnectionHandle(Native.virConnectOpen(uri), nameof(Native.virConnectOpen));
        try
        {
            var keepsAlive = SetKeepAlive(handle, options);
            return new LibvirtConnection(handle, new CloseSignal(handle), keepsAlive);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Ends the subscriptions and releases this reference to the connection. Calls the daemon: run it through
    /// <see cref="LibvirtCallRunner.CloseAsync"/> where a dead daemon must not block the caller.
    /// </summary>
    public void Dispose()
    {
        _subscriptions.DisposeAll();
        _closeSignal.Dispose();
        _handle.Dispose();
    }

    private static bool SetKeepAlive(ConnectionHandle handle, LibvirtConnectionOptions options)
    {
        var seconds = (int)options.KeepAliveInterval.TotalSeconds;
        try
        {
            var result = Native.virConnectSetKeepAlive(handle, seconds, (uint)options.KeepAliveCount);
            return LibvirtException.ThrowIfFailed(result, nameof(Native.virConnectSetKeepAlive)) == 0;
        }
        catch (LibvirtException e) when (e.Code == LibvirtErrorCode.NoSupport)
        {
            return false;
        }
    }
}
