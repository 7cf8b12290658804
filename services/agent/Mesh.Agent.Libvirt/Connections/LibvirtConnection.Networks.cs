namespace Mesh.Agent.Libvirt;

public sealed partial class LibvirtConnection
{
    private const uint NetworksActive = 2;

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
}
