using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

/// <summary>
/// libvirt's event loop: one background thread for the whole process, which sends keepalive messages and delivers events and the
/// end of connections. It starts with the first connection and runs until the process ends; nothing of ours blocks it.
/// </summary>
public static class LibvirtEventLoop
{
    /// <summary>After so many consecutive failures the loop ends instead of spinning.</summary>
    private const int MaxFailuresInARow = 16;

    private static readonly Lock StartLock = new();
    private static bool _started;
    private static volatile LibvirtException? _failure;

    /// <summary>
    /// Starts the loop unless it runs (<c>virEventRegisterDefaultImpl</c>). libvirt requires this before the
    /// first connection is opened; <see cref="LibvirtConnection.Open"/> calls it.
    /// </summary>
    /// <exception cref="DllNotFoundException">libvirt's client library is not installed.</exception>
    /// <exception cref="InvalidOperationException">The loop has failed; the process must be restarted.</exception>
    public static void EnsureStarted()
    {
        lock (StartLock)
        {
            if (_failure is { } failure)
            {
                throw new InvalidOperationException("libvirt's event loop has failed; restart the process.", failure);
            }

            if (!_started)
            {
                Start();
                _started = true;
            }
        }
    }

    private static unsafe void Start()
    {
        // By default libvirt prints every error to stderr; here they are thrown as exceptions.
        Native.virSetErrorFunc(0, &Ignore);
        LibvirtException.ThrowIfFailed(Native.virEventRegisterDefaultImpl(), nameof(Native.virEventRegisterDefaultImpl));
        new Thread(Run) { IsBackground = true, Name = "libvirt events" }.Start();
    }

    private static void Run()
    {
        var failuresInARow = 0;
        while (failuresInARow < MaxFailuresInARow)
        {
            failuresInARow = Native.virEventRunDefaultImpl() < 0 ? failuresInARow + 1 : 0;
        }

        _failure = LibvirtException.FromLastError(nameof(Native.virEventRunDefaultImpl));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void Ignore(nint userData, NativeError* error)
    {
    }
}
