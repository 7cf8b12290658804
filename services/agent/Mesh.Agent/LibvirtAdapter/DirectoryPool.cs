using Mesh.Agent.Libvirt;

namespace Mesh.Agent.LibvirtAdapter;

/// <summary>The storage pool of a directory: the one that is there, or else one made for the moment and removed again, files untouched.</summary>
internal sealed class DirectoryPool : IDisposable
{
    private const string TransientPrefix = "migration-mesh-";

    private DirectoryPool(LibvirtStoragePool pool) => Pool = pool;

    public LibvirtStoragePool Pool { get; }

    /// <summary>Whether a pool was made for the moment, by this agent or another.</summary>
    public static bool IsTransient(LibvirtStoragePool pool) => pool.Name.StartsWith(TransientPrefix, StringComparison.Ordinal);

    public static DirectoryPool Open(LibvirtConnection connection, string directory)
    {
#pragma warning disable RS0030 // The name is libvirt's for a moment, and nothing reads it.
        var name = $"{TransientPrefix}{Guid.NewGuid():N}";
#pragma warning restore RS0030
        var pool = new DirectoryPool(
            connection.FindStoragePoolByTargetPath(directory) ?? connection.CreateStoragePool(LibvirtStoragePool.DirectoryXml(name, directory)));
        try
        {
            // Others put files there too, and libvirt knows only those that it has seen.
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
            // By its name, so that one which a crash left behind goes as well.
            if (IsTransient(Pool))
                Pool.Destroy();
        }
        catch (LibvirtException)
        {
            // It has gone already, or goes with libvirtd.
        }
        finally
        {
            Pool.Dispose();
        }
    }
}
