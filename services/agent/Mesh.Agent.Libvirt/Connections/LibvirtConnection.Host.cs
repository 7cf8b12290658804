
namespace Mesh.Agent.Libvirt;

public sealed partial class LibvirtConnection
{
    private const uint ExpandFeatures = 1;
    private const uint NetworksActive = 2;

    /// <summary>The host's own name (<c>virConnectGetHostname</c>).</summary>
    public string GetHostname() =>
        NativeText.TakeOwned(Native.virConnectGetHostname(_handle), nameof(Native.virConnectGetHostname));

    /// <summary>What host and hypervisor can do, as XML (<c>virConnectGetCapabilities</c>).</summary>
    public string GetCapabilitiesXml() =>
        NativeText.TakeOwned(Native.virConnectGetCapabilities(_handle), nameof(Native.virConnectGetCapabilities));

    /// <summary>What domains of one kind can have, as XML (<c>virConnectGetDomainCapabilities</c>).</summary>
    /// <param name="emulator">Path of the emulator; null for the default.</param>
    /// <param name="architecture">Such as <c>x86_64</c>; null for the default.</param>
    /// <param name="machine">Such as <c>q35</c>; null for the default.</param>
    /// <param name="virtType">Such as <c>kvm</c>; null for the default.</param>
    public string GetDomainCapabilitiesXml(
        string? emulator = null, string? architecture = null, string? machine = null, string? virtType = null) =>
        NativeText.TakeOwned(
            Native.virConnectGetDomainCapabilities(_handle, emulator, architecture, machine, virtType, 0),
            nameof(Native.virConnectGetDomainCapabilities));

    /// <summary>
    /// A CPU with all its features, including those implied by its model (<c>virConnectBaselineHypervisorCPU</c> with
    /// <c>VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES</c>).
    /// </summary>
    /// <param name="cpuXml">The CPU, such as the host's model in the domain capabilities.</param>
    /// <param name="architecture">Such as <c>x86_64</c>; null for the default.</param>
    /// <param name="virtType">Such as <c>kvm</c>; null for the default.</param>
    public string ExpandCpuXml(string cpuXml, string? architecture = null, string? virtType = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(cpuXml);
        return NativeText.TakeOwned(
            Native.virConnectBaselineHypervisorCPU(_handle, null, architecture, null, virtType, [cpuXml], 1, ExpandFeatures),
            nameof(Native.virConnectBaselineHypervisorCPU));
    }

    /// <summary>The host's hardware (<c>virNodeGetInfo</c>).</summary>
    public NodeInfo GetNodeInfo()
    {
        LibvirtException.ThrowIfFailed(Native.virNodeGetInfo(_handle, out var info), nameof(Native.virNodeGetInfo));
        return new NodeInfo(
            NativeText.FromField(info.Model),
            SizeConversion.FromKibibytes(info.MemoryKibibytes),
            (int)info.Cpus,
            (int)info.Megahertz,
            (int)info.NumaNodes,
            (int)info.Sockets,
            (int)info.Cores,
            (int)info.Threads);
    }

    /// <summary>The host's free memory in bytes (<c>virNodeGetFreeMemory</c>).</summary>
    public long GetFreeMemoryBytes()
    {
        var bytes = Native.virNodeGetFreeMemory(_handle);

        // Zero means failure: a host that runs us has some.
        return bytes != 0 ? SizeConversion.FromBytes(bytes) : throw LibvirtException.FromLastError(nameof(Native.virNodeGetFreeMemory));
    }

    /// <summary>The version of libvirt that the daemon runs (<c>virConnectGetLibVersion</c>).</summary>
    public Version GetLibvirtVersion()
    {
        var result = Native.virConnectGetLibVersion(_handle, out var version);
        LibvirtException.ThrowIfFailed(result, nameof(Native.virConnectGetLibVersion));
        return ToVersion(version);
    }

    /// <summary>The version of the hypervisor, such as QEMU's (<c>virConnectGetVersion</c>).</summary>
    public Version GetHypervisorVersion()
    {
        var result = Native.virConnectGetVersion(_handle, out var version);
        LibvirtException.ThrowIfFailed(result, nameof(Native.virConnectGetVersion));
        return ToVersion(version);
    }

    /// <summary>The version of the client library in this process (<c>virGetVersion</c>).</summary>
    public static unsafe Version GetClientVersion()
    {
        LibvirtException.ThrowIfFailed(Native.virGetVersion(out var version, null, null), nameof(Native.virGetVersion));
        return ToVersion(version);
    }

    // libvirt's form: major * 1,000,000 + minor * 1,000 + release.
    private static Version ToVersion(nuint number) =>
        new((int)(number / 1_000_000), (int)(number / 1_000 % 1_000), (int)(number % 1_000));

    /// <summary>The names of this host's active networks (<c>virConnectListAllNetworks</c>).</summary>
    public IReadOnlyList<string> ListActiveNetworks()
    {
        const string Call = nameof(Native.virConnectListAllNetworks);
        var count = Native.virConnectListAllNetworks(_handle, out var networks, NetworksActive);
        var handles = NativeList.TakeOwned(count, networks, static pointer => new NetworkHandle(pointer, Call), Call);
        try
        {
            return [.. handles.Select(handle => NativeText.CopyBorrowed(Native.virNetworkGetName(handle), nameof(Native.virNetworkGetName)))];
        }
        finally
        {
            foreach (var handle in handles)
                handle.Dispose();
        }
    }

    /// <summary>
    /// Subscribes to events of all domains of this host (<c>virConnectDomainEventRegisterAny</c>). The subscription ends when it
    /// or the connection is disposed.
    /// </summary>
    /// <param name="kinds">Which events.</param>
    /// <param name="capacity">How many events may wait for their reader; further ones are dropped, and counted.</param>
    public LibvirtEventSubscription Subscribe(
        LibvirtEventKinds kinds = LibvirtEventKinds.All, int capacity = LibvirtEventSubscription.DefaultCapacity) =>
        new(_handle, _subscriptions, kinds, capacity);
}
