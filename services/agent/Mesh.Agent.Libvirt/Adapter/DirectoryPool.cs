namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>The storage pool of a directory: an existing one, or else a transient one that is removed again without its files.</summary>
internal sealed class DirectoryPool : IDisposable
{
    private const string TransientPrefix = "migration-mesh-";

    private DirectoryPool(LibvirtStoragePool pool) => Pool = pool;

    public LibvirtStoragePool Pool { get; }

    /// <summary>Whether this agent or another one created the pool as a transient one.</summary>
    public static bool IsTransient(LibvirtStoragePool pool) => pool.Name.StartsWith(TransientPrefix, StringComparison.Ordinal);

    public static DirectoryPool Open(LibvirtConnection connection, string directory)
    {
#pragma warning disable RS0030 // The pool is transient, and nothing depends on its name.
        var name = $"{TransientPrefix}{Guid.NewGuid():N}";
#pragma warning restore RS0030
        var pool = new DirectoryPool(
            connection.FindStoragePoolByTargetPath(directory) ?? connection.CreateStoragePool(LibvirtStoragePool.DirectoryXml(name, directory)));
        try
        {
            // Files may have been added since libvirt last read the directory.
            pool.Pool.Refresh();
            return pool;
        }
        catch
        {
            pool.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        try
        {
            // Recognized by its name, so that one left behind by a crash is removed, too.
            if (IsTransient(Pool))
                Pool.Destroy();
        }
        catch (LibvirtException)
        {
            // It is already gone, or will be with libvirtd.
        }
        finally
        {
            Pool.Dispose();
        }
    }
}
