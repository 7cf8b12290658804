using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Checking;

/// <summary>Whether a host reaches the storage and the networks that a machine uses. What is not known of a host is no objection.</summary>
internal static class ReachabilityFilter
{
    public static void Check(RefusalCollector refusals, FleetIndex fleet, IndexedHost source, IndexedHost host, VmDescription vm, MigrationOptions options)
    {
        CheckStorage(refusals, source, host, vm, options);
        CheckNetworks(refusals, fleet, host, vm);
    }

    /// <summary>Whether a network is one that a host must have: a bridge or a libvirt network, by name.</summary>
    public static bool IsNamed(VmNetwork network) => network is { Kind: "bridge" or "network", Source.Length: > 0 };

    private static void CheckStorage(RefusalCollector refusals, IndexedHost source, IndexedHost host, VmDescription vm, MigrationOptions options)
    {
        if (host.Inventory.Storage is not { } reached)
            return;
        for (var i = 0; i < vm.Disks.Count; i++)
        {
            var disk = vm.Disks[i];
            if (disk.Source.Length == 0 || disk.IsLocal is true || CopiedDisks.IsCopied(disk, options))
                continue;
            if (disk.Storage == DiskStorage.Volume)
                CheckPool(refusals, host, vm, disk, reached);
            else if (disk.Storage == DiskStorage.File && FindMount(source, disk.Source) is { } shared && !HasMount(reached, shared))
                refusals.Add(RefusalCode.StorageNotReachable,
                    $"{host.Name} does not have {shared.Name} at {shared.Path}, where disk {disk.Target} of {vm.Name} is; mount it there, or copy the disk");
        }
    }

    private static void CheckPool(RefusalCollector refusals, IndexedHost host, VmDescription vm, VmDisk disk, IReadOnlyList<HostStorage> reached)
    {
        var slash = disk.Source.IndexOf('/', StringComparison.Ordinal);
        var pool = slash < 0 ? disk.Source.AsSpan() : disk.Source.AsSpan(0, slash);
        for (var i = 0; i < reached.Count; i++)
            if (pool.SequenceEqual(reached[i].Name))
                return;
        refusals.Add(RefusalCode.StorageNotReachable,
            $"{host.Name} has no storage pool {pool}, where disk {disk.Target} of {vm.Name} is; define it there, or copy the disk");
    }

    // The innermost mount counts, where one lies within another.
    private static HostStorage? FindMount(IndexedHost source, string path)
    {
        HostStorage? found = null;
        var longest = 0;
        var mounts = source.Inventory.Storage ?? [];
        for (var i = 0; i < mounts.Count; i++)
            if (mounts[i] is { Path: var folder } mount && folder.Length > longest && IsUnder(path, folder))
                (found, longest) = (mount, folder.Length);
        return found is { IsShared: true } ? found : null;
    }

    private static bool IsUnder(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal) && (folder.EndsWith('/') || (path.Length > folder.Length && path[folder.Length] == '/'));

    private static bool IsSameFolder(HostStorage one, HostStorage other)
    {
        var (here, there) = (one.Path, other.Path);
        return here.AsSpan().TrimEnd('/').SequenceEqual(there.AsSpan().TrimEnd('/'));
    }

    private static bool HasMount(IReadOnlyList<HostStorage> reached, HostStorage shared)
    {
        for (var i = 0; i < reached.Count; i++)
            if (string.Equals(reached[i].Name, shared.Name, StringComparison.Ordinal) && IsSameFolder(reached[i], shared))
                return true;
        return false;
    }

    private static void CheckNetworks(RefusalCollector refusals, FleetIndex fleet, IndexedHost host, VmDescription vm)
    {
        for (var i = 0; i < vm.Networks.Count; i++)
        {
            var network = vm.Networks[i];
            if (!IsNamed(network))
                continue;
            if (fleet.Rules.HasNetwork(network.Source, host) is { } byRule)
            {
                if (!byRule)
                    refusals.Add(RefusalCode.NetworkNotReachable,
                        $"{host.Name} does not have the network {network.Source} of {vm.Name}: by its rule it is where there is "
                        + LabelSelector.Describe(fleet.Rules.FindNetwork(network.Source)!.Hosts));
            }
            else if (host.Networks is { } offered && !offered.Contains(network.Source))
            {
                refusals.Add(RefusalCode.NetworkNotReachable,
                    $"{host.Name} does not have the {network.Kind} {network.Source} that {vm.Name} is connected to; set it up there first");
            }
        }
    }
}
