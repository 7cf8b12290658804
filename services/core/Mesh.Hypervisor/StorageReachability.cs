using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Hypervisor;

/// <summary>Whether a destination reaches the storage of disks that are not copied. What is not known of a host is no reason against it.</summary>
internal static class StorageReachability
{
    public static void Check(RefusalCollector refusals, HostCapabilities source, HostCapabilities host, VmDescription vm, MigrationOptions options)
    {
        if (host.Storage is not { } reached)
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

    private static void CheckPool(RefusalCollector refusals, HostCapabilities host, VmDescription vm, VmDisk disk, IReadOnlyList<HostStorage> reached)
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
    private static HostStorage? FindMount(HostCapabilities source, string path)
    {
        HostStorage? found = null;
        var longest = 0;
        var mounts = source.Storage ?? [];
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
}
