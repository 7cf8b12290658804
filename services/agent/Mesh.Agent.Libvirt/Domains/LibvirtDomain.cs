namespace Mesh.Agent.Libvirt;

/// <summary>
/// A domain of a connection (<c>virDomainPtr</c>). Name and UUID are known; everything else calls libvirt and can block for as
/// long as the daemon does: run it through <see cref="LibvirtCallRunner"/>. Safe to use from several threads.
/// </summary>
/// <remarks>Members throw <see cref="LibvirtException"/>, with <see cref="LibvirtErrorCode.NoDomain"/> when it no longer exists.</remarks>
public sealed partial class LibvirtDomain : IDisposable
{
    private const uint DestroyGracefully = 1;
    private const uint NoId = uint.MaxValue;

    private readonly DomainHandle _handle;

    internal LibvirtDomain(DomainHandle handle)
    {
        _handle = handle;
        try
        {
            Name = DomainIdentity.Name(handle.DangerousGetHandle());
            Uuid = DomainIdentity.Uuid(handle.DangerousGetHandle());
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Its name (<c>virDomainGetName</c>).</summary>
    public string Name { get; }

    /// <summary>Its UUID (<c>virDomainGetUUIDString</c>).</summary>
    public Guid Uuid { get; }

    internal DomainHandle Handle => _handle;

    /// <summary>Its number while it runs, null otherwise (<c>virDomainGetID</c>). As of when this object was obtained.</summary>
    public int? GetId() => Native.virDomainGetID(_handle) is var id && id == NoId ? null : (int)id;

    /// <summary>Its description (<c>virDomainGetXMLDesc</c>).</summary>
    public string GetXml(DomainXmlFlags flags = DomainXmlFlags.None) =>
        NativeText.TakeOwned(Native.virDomainGetXMLDesc(_handle, (uint)flags), nameof(Native.virDomainGetXMLDesc));

    /// <summary>Its state, and why (<c>virDomainGetState</c>).</summary>
    public DomainStatus GetStatus()
    {
        var result = Native.virDomainGetState(_handle, out var state, out var reason, 0);
        LibvirtException.ThrowIfFailed(result, nameof(Native.virDomainGetState));
        return new DomainStatus((DomainState)state, reason);
    }

    /// <summary>Its memory, CPUs and CPU time (<c>virDomainGetInfo</c>).</summary>
    public DomainInfo GetInfo()
    {
        LibvirtException.ThrowIfFailed(Native.virDomainGetInfo(_handle, out var info), nameof(Native.virDomainGetInfo));
        return new DomainInfo(
            (DomainState)info.State,
            SizeConversion.FromKibibytes(info.MaxMemoryKibibytes),
            SizeConversion.FromKibibytes(info.MemoryKibibytes),
            info.VirtualCpus,
            TimeSpan.FromTicks((long)(info.CpuTimeNanoseconds / TimeSpan.NanosecondsPerTick)));
    }

    /// <summary>
    /// What libvirt does with the running domain's hypervisor process, which it does not ask (<c>virDomainGetControlInfo</c>).
    /// </summary>
    public DomainControl GetControl()
    {
        LibvirtException.ThrowIfFailed(Native.virDomainGetControlInfo(_handle, out var info, 0), nameof(Native.virDomainGetControlInfo));
        return new DomainControl((DomainControlState)info.State, TimeSpan.FromMilliseconds(info.StateTimeMilliseconds));
    }

    /// <summary>Whether it has a definition that outlives its run (<c>virDomainIsPersistent</c>).</summary>
    public bool IsPersistent() =>
        LibvirtException.ThrowIfFailed(Native.virDomainIsPersistent(_handle), nameof(Native.virDomainIsPersistent)) == 1;

    /// <summary>Starts a defined domain (<c>virDomainCreate</c>).</summary>
    public void Start() => LibvirtException.ThrowIfFailed(Native.virDomainCreate(_handle), nameof(Native.virDomainCreate));

    /// <summary>Pauses it; a running migration continues, and converges (<c>virDomainSuspend</c>).</summary>
    public void Suspend() => LibvirtException.ThrowIfFailed(Native.virDomainSuspend(_handle), nameof(Native.virDomainSuspend));

    /// <summary>Resumes it after a pause (<c>virDomainResume</c>).</summary>
    public void Resume() => LibvirtException.ThrowIfFailed(Native.virDomainResume(_handle), nameof(Native.virDomainResume));

    /// <summary>Ends it at once, without asking the guest (<c>virDomainDestroyFlags</c>).</summary>
    /// <param name="graceful">Rather fail than kill a hypervisor process that does not end
    /// (<c>VIR_DOMAIN_DESTROY_GRACEFUL</c>).</param>
    public void Destroy(bool graceful = false)
    {
        var result = Native.virDomainDestroyFlags(_handle, graceful ? DestroyGracefully : 0);
        LibvirtException.ThrowIfFailed(result, nameof(Native.virDomainDestroyFlags));
    }

    /// <summary>Removes its definition; a running domain continues as a transient one (<c>virDomainUndefineFlags</c>).</summary>
    public void Undefine(DomainUndefineFlags flags = DomainUndefineFlags.None)
    {
        var result = Native.virDomainUndefineFlags(_handle, (uint)flags);
        LibvirtException.ThrowIfFailed(result, nameof(Native.virDomainUndefineFlags));
    }

    /// <summary>Releases this reference. The domain itself is unaffected.</summary>
    public void Dispose() => _handle.Dispose();
}
