using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt.Xml;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>
/// Creates and deletes images where the host's libvirt sees them, through its storage API: the agent itself may run elsewhere,
/// or see other mounts.
/// </summary>
internal sealed class LibvirtImages(LibvirtClient link) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);

    public void Dispose() => _gate.Dispose();

    public Task<bool> ExistsAsync(string path, CancellationToken cancellation) =>
        InPoolAsync("virStorageVolLookupByName", path, pool => Find(pool.Pool, path) is not null, cancellation);

    public async Task CreateAsync(VmDisk disk, CopyStorage copyStorage, CancellationToken cancellation)
    {
        if (disk.Storage is not DiskStorage.File || !Path.IsPathRooted(disk.Source))
            throw CreateRefusal($"only image files can be created, and disk {disk.Target} ({disk.Source}) is none");
        if (disk.Capacity is null)
            throw CreateRefusal($"the capacity of disk {disk.Target} is not known");

        var isIncremental = copyStorage is CopyStorage.Incremental && disk.BackingFile is not null;
        var backingFormat = isIncremental ? await BackingFormatAsync(disk.BackingFile!, cancellation) : null;
        await InPoolAsync(
            "virStorageVolCreateXML",
            disk.Source,
            pool =>
            {
                if (Find(pool.Pool, disk.Source) is { } there)
                {
                    there.Dispose();
                    throw new HypervisorException(HypervisorErrorCode.ImageExists, null, $"{disk.Source} exists already");
                }

                pool.Pool.CreateVolume(StorageVolumeXml.Create(disk, copyStorage, backingFormat)).Dispose();
                return true;
            },
            cancellation);
    }

    public Task DeleteAsync(string path, CancellationToken cancellation) => InPoolAsync(
        "virStorageVolDelete",
        path,
        pool =>
        {
            using var volume = Find(pool.Pool, path);
            volume?.Delete();
            return true;
        },
        cancellation);

    private Task<string> BackingFormatAsync(string path, CancellationToken cancellation) => InPoolAsync(
        "virStorageVolGetXMLDesc",
        path,
        pool =>
        {
            using var volume = Find(pool.Pool, path)
                ?? throw CreateRefusal($"the backing file {path} does not exist here, and only what lies above it would be copied");
            return StorageVolumeXml.ReadFormat(volume.GetXml()) ?? "raw";
        },
        cancellation);

    /// <summary>
    /// Does something in the pool of a path's directory. libvirt keeps one pool per directory: one at a time, so that nobody
    /// loses a pool that was made for the moment.
    /// </summary>
    private async Task<T> InPoolAsync<T>(string name, string path, Func<DirectoryPool, T> act, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            return await link.CallAsync(
                name,
                null,
                connection =>
                {
                    using var pool = DirectoryPool.Open(connection, Path.GetDirectoryName(path) ?? "/");
                    return act(pool);
                },
                cancellation);
        }
        catch (HypervisorException e) when (e.Code is HypervisorErrorCode.Other)
        {
            throw new HypervisorException(HypervisorErrorCode.Storage, null, e.Message, e);
        }
        finally
        {
            _gate.Release();
        }
    }

    private static LibvirtStorageVolume? Find(LibvirtStoragePool pool, string path)
    {
        try
        {
            return pool.LookupVolume(Path.GetFileName(path));
        }
        catch (LibvirtException e) when (e.Code is LibvirtErrorCode.NoStorageVolume)
        {
            return null;
        }
    }

    private static HypervisorException CreateRefusal(string why) => new(HypervisorErrorCode.Storage, null, why);
}
