using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

/// <summary>Completes a task when libvirt calls the close callback.</summary>
internal sealed unsafe class CloseSignal : IDisposable
{
    // Continuations must not run on the event loop's thread: one that calls libvirt would wait for itself.
    private readonly TaskCompletionSource<ConnectionCloseReason> _closed =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly ConnectionHandle _connection;
    private readonly nint _key;
    private int _disposed;

    internal CloseSignal(ConnectionHandle connection)
    {
        _connection = connection;
        _key = CallbackTable.Add(this);
        var result = Native.virConnectRegisterCloseCallback(connection, &OnClose, _key, CallbackTable.FreeFunction);
        if (result < 0)
        {
            var error = LibvirtException.FromLastError(nameof(Native.virConnectRegisterCloseCallback));
            CallbackTable.Remove(_key);
            throw error;
        }
    }

    internal static delegate* unmanaged[Cdecl]<nint, int, nint, void> Callback => &OnClose;

    internal Task<ConnectionCloseReason> Closed => _closed.Task;

    internal nint Key => _key;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        // A driver that never closes by itself accepts the registration and ignores it: so the entry is removed here, and a
        // failed unregistration is no error.
        LibvirtError.Ignore(Native.virConnectUnregisterCloseCallback(_connection, &OnClose));
        CallbackTable.Remove(_key);
        _closed.TrySetResult(ConnectionCloseReason.Client);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnClose(nint connection, int reason, nint key) =>
        CallbackTable.Find<CloseSignal>(key)?._closed.TrySetResult((ConnectionCloseReason)reason);
}
