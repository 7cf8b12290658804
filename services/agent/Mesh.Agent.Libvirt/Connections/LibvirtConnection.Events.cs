namespace Mesh.Agent.Libvirt;

public sealed partial class LibvirtConnection
{
    /// <summary>
    /// Subscribes to events of all domains of this host (<c>virConnectDomainEventRegisterAny</c>). The subscription ends when it
    /// or the connection is disposed.
    /// </summary>
    /// <param name="kinds">Which events.</param>
    /// <param name="capacity">How many events wait for their reader at most; later ones are lost, and counted.</param>
    public LibvirtEventSubscription Subscribe(
        LibvirtEventKinds kinds = LibvirtEventKinds.All, int capacity = LibvirtEventSubscription.DefaultCapacity) =>
        new(_handle, _subscriptions, kinds, capacity);
}
