using System.Threading.Channels;

namespace Mesh.Agent.Libvirt;

/// <summary>
/// A stream of events. Its reader never runs on the event loop's thread, and so may call libvirt.
/// </summary>
public sealed class LibvirtEventSubscription : IDisposable
{
    /// <summary>The default capacity: 4096 events.</summary>
    public const int DefaultCapacity = 4096;

    private readonly ConnectionHandle _connection;
    private readonly SubscriptionSet _siblings;
    private readonly List<(int CallbackId, nint Key)> _registrations = [];
    private readonly Channel<LibvirtEvent> _events;
    private long _lostEvents;
    private int _disposed;

    internal LibvirtEventSubscription(
        ConnectionHandle connection, SubscriptionSet siblings, LibvirtEventKinds kinds, int capacity)
    {
        _connection = connection;
        _siblings = siblings;

        // One loop thread writes for all connections of the process. In mode Wait, TryWrite returns false when the channel is full.
        _events = Channel.CreateBounded<LibvirtEvent>(new BoundedChannelOptions(capacity)
        {
            FullMode = BoundedChannelFullMode.Wait,
            AllowSynchronousContinuations = false,
        });

        _siblings.Add(this);
        try
        {
            foreach (var kind in Enum.GetValues<LibvirtEventKinds>().Where(k => int.IsPow2((int)k) && kinds.HasFlag(k)))
            {
                Register(kind);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The events, in libvirt's order. Completes when the subscription or its connection is disposed.</summary>
    public ChannelReader<LibvirtEvent> Reader => _events.Reader;

    /// <summary>
    /// How many events were dropped because they were not read in time. When it grows, query libvirt for the current state.
    /// </summary>
    public long LostEvents => Interlocked.Read(ref _lostEvents);

    internal IReadOnlyList<nint> Keys => [.. _registrations.Select(r => r.Key)];

    /// <summary>Ends the subscription (<c>virConnectDomainEventDeregisterAny</c>). Talks to the daemon.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        foreach (var (callbackId, key) in _registrations)
        {
            // It fails on a connection that is broken already; libvirt then drops its side when the connection is freed.
            LibvirtError.Ignore(Native.virConnectDomainEventDeregisterAny(_connection, callbackId));
            CallbackTable.Remove(key);
        }

        _siblings.Remove(this);
        _events.Writer.TryComplete();
    }

    internal void Deliver(LibvirtEvent happened)
    {
        if (!_events.Writer.TryWrite(happened))
        {
            CountLost();
        }
    }

    internal void CountLost() => Interlocked.Increment(ref _lostEvents);

    private unsafe void Register(LibvirtEventKinds kind)
    {
        var (eventId, callback) = EventCallbacks.GetRegistration(kind);
        var key = CallbackTable.Add(this);
        var callbackId = Native.virConnectDomainEventRegisterAny(
            _connection, 0, eventId, (void*)callback, key, CallbackTable.FreeFunction);
        if (callbackId < 0)
        {
            var error = LibvirtException.FromLastError(nameof(Native.virConnectDomainEventRegisterAny));
            CallbackTable.Remove(key);
            throw error;
        }

        _registrations.Add((callbackId, key));
    }
}
