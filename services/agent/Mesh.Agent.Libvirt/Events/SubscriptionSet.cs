namespace Mesh.Agent.Libvirt;

/// <summary>The subscriptions of one connection. They end with it: each holds a reference that would otherwise leave it open.</summary>
internal sealed class SubscriptionSet
{
    private readonly Lock _lock = new();
    private readonly HashSet<LibvirtEventSubscription> _subscriptions = [];
    private bool _closed;

    internal void Add(LibvirtEventSubscription subscription)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(LibvirtConnection));
            _subscriptions.Add(subscription);
        }
    }

    internal void Remove(LibvirtEventSubscription subscription)
    {
        lock (_lock)
        {
            _subscriptions.Remove(subscription);
        }
    }

    internal void DisposeAll()
    {
        LibvirtEventSubscription[] subscriptions;
        lock (_lock)
        {
            _closed = true;
            subscriptions = [.. _subscriptions];
        }

        foreach (var subscription in subscriptions)
        {
            subscription.Dispose();
        }
    }
}
