using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

/// <summary>
/// The callbacks that libvirt calls on the event loop's thread. The domain and the parameters are borrowed. Nothing here blocks, calls the
/// daemon or throws: an exception that reached native code would end the process.
/// </summary>
internal static unsafe class EventCallbacks
{
    private const int LifecycleEvent = 0;
    private const int MigrationIterationEvent = 20;
    private const int JobCompletedEvent = 21;

    internal static delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, int> Lifecycle => &OnLifecycle;

    internal static delegate* unmanaged[Cdecl]<nint, nint, int, nint, void> MigrationIteration => &OnMigrationIteration;

    internal static delegate* unmanaged[Cdecl]<nint, nint, nint, int, nint, void> JobCompleted => &OnJobCompleted;

    /// <summary>libvirt's number of the event, and the function for it.</summary>
    internal static (int EventId, nint Callback) GetRegistration(LibvirtEventKinds kind) => kind switch
    {
        LibvirtEventKinds.Lifecycle => (LifecycleEvent, (nint)Lifecycle),
        LibvirtEventKinds.MigrationIteration => (MigrationIterationEvent, (nint)MigrationIteration),
        LibvirtEventKinds.JobCompleted => (JobCompletedEvent, (nint)JobCompleted),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not one kind of event"),
    };

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnLifecycle(nint connection, nint domain, int lifecycle, int detail, nint key)
    {
        Deliver(key, domain, (name, uuid) => new DomainLifecycleEvent(name, uuid, (DomainLifecycle)lifecycle, detail));
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnMigrationIteration(nint connection, nint domain, int iteration, nint key) =>
        Deliver(key, domain, (name, uuid) => new MigrationIterationEvent(name, uuid, iteration));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnJobCompleted(nint connection, nint domain, nint parameters, int count, nint key) =>
        Deliver(key, domain, (name, uuid) => new JobCompletedEvent(
            name, uuid, DomainJobStats.FromCompletedEvent(TypedParameterArray.Read(parameters, count))));

    private static void Deliver(nint key, nint domain, Func<string, Guid, LibvirtEvent> describe)
    {
        if (CallbackTable.Find<LibvirtEventSubscription>(key) is not { } subscription)
        {
            return;
        }

        try
        {
            subscription.Deliver(describe(DomainIdentity.Name(domain), DomainIdentity.Uuid(domain)));
        }
        catch (Exception)
        {
            subscription.CountLost();
        }
    }
}
