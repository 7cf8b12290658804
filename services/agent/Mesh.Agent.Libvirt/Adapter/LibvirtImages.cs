using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt.Xml;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>
/// Creates and deletes images through libvirt's storage API: the agent itself may run on another machine, or have other mounts.
/// </summary>
internal sealed class LibvirtImages(LibvirtClient client) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);

    public void Dispose() => _gate.Dispose();

    public Task<bool> ExistsAsync(string path, CancellationToken cancellation) =>
        InPoolAsync("virStorageVolLookupByName", path, pool => Find(pool.Pool, path) is not null, cancellation);

    public async Task CreateAsync(VmDisk disk, CopyStorage copyStorage, CancellationToken cancellation)
    {
        if (disk.Storage is not DiskStorage.File || !Path.IsPathRooted(disk.Source))
            throw CreateRefusal($"disk {disk.Target} ({disk.Source}) is not an image file, and only those can be created");
        if (disk.Capacity is null)
            throw CreateRefusal($"the capacity of disk {disk.Target} is unknown");

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
                    throw new HypervisorException(HypervisorErrorCode.ImageExists, null, $"{disk.Source} already exists");
                }

                pool.Pool.CreateVolume(StorageXml.CreateVolume(disk, copyStorage, backingFormat)).Dispose();
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
                ?? throw CreateRefusal($"the backing file {path} does not exist here, and an incremental copy needs it");
            return StorageXml.ReadVolumeFormat(volume.GetXml()) ?? "raw";
        },
        cancellation);

    /// <summary>
    /// Acts in the pool of a path's directory. libvirt has one pool per directory: one action at a time, so that none loses a transient pool
    /// that another one removes.
    /// </summary>
    private async Task<T> InPoolAsync<T>(string name, string path, Func<DirectoryPool, T> act, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            return await client.CallAsync(
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

    private static LibvirtStorageVolume? Find(LibvirtStoragePool pool, string path) =>
        LibvirtException.NullIf(LibvirtErrorCode.NoStorageVolume, () => pool.LookupVolume(Path.GetFileName(path)));

    private static HypervisorException CreateRefusal(string why) => new(HypervisorErrorCode.Storage, null, why);
}
