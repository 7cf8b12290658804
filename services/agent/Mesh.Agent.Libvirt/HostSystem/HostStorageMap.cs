using Mesh.Contracts.Hosts;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Libvirt.HostSystem;

/// <summary>A host's storage, and which of it other hosts can reach, too.</summary>
/// <param name="files">The host's files; null if libvirt's daemon runs on another machine.</param>
/// <param name="mounts">The host's mounts; null if unknown.</param>
/// <param name="pools">The active storage pools; null if unknown.</param>
/// <param name="sharedPaths">Directories configured as shared.</param>
internal sealed class HostStorageMap(HostFiles? files, MountTable? mounts, IReadOnlyList<HostStorage>? pools, IReadOnlyList<string> sharedPaths)
{
    private readonly IReadOnlyList<HostStorage> _pools = pools ?? [];

    /// <summary>Pools, shared file systems and directories configured as shared; null if the pools are unknown.</summary>
    public IReadOnlyList<HostStorage>? Storage => pools is null
        ? null
        :
        [
            .. pools.Select(pool => pool with { IsShared = pool.IsShared || (pool.Path.Length > 0 && IsLocal(pool.Path) is false) }),
            .. (mounts?.Shared ?? []).Select(mount => new HostStorage(mount.Source, mount.MountPoint, IsShared: true)),
            .. sharedPaths.Select(path => new HostStorage(path, path, IsShared: true)),
        ];

    /// <summary>Whether a disk's image is on storage that no other host can reach; null if unknown.</summary>
    public bool? IsLocal(VmDisk disk) => disk switch
    {
        { Source.Length: 0 } => null,
        { Shareable: true } => false,
        { Storage: DiskStorage.Volume } => _pools.FirstOrDefault(pool => disk.Source.StartsWith($"{pool.Name}/", StringComparison.Ordinal)) is { } pool
            ? !pool.IsShared && (pool.Path.Length == 0 || IsLocal(pool.Path) is not false)
            : null,
        { Storage: DiskStorage.Block } => IsInSharedPool(disk.Source) ? false : null,
        { Storage: DiskStorage.File } => IsInSharedPool(disk.Source) ? false : IsLocal(disk.Source),
        _ => null,
    };

    private bool IsInSharedPool(string path) => _pools.Any(pool => pool is { IsShared: true, Path.Length: > 0 } && MountTable.IsAtOrBelow(path, pool.Path));

    private bool? IsLocal(string path)
    {
        if (IsShared(path))
            return false;
        return files is not null && mounts is not null && Path.IsPathRooted(path) ? files.IsLocal(path, mounts, IsShared) : null;
    }

    private bool IsShared(string path) => sharedPaths.Any(shared => MountTable.IsAtOrBelow(path, shared));
}
