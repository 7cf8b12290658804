using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial int virConnectListAllStoragePools(ConnectionHandle connection, out nint pools, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virStoragePoolLookupByName(ConnectionHandle connection, string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virStoragePoolLookupByTargetPath(ConnectionHandle connection, string path);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virStoragePoolCreateXML(ConnectionHandle connection, string xml, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolFree(nint pool);

    [LibraryImport(Library)]
    internal static partial nint virStoragePoolGetName(StoragePoolHandle pool);

    [LibraryImport(Library)]
    internal static unsafe partial int virStoragePoolGetUUIDString(StoragePoolHandle pool, byte* text);

    [LibraryImport(Library)]
    internal static partial nint virStoragePoolGetXMLDesc(StoragePoolHandle pool, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolGetInfo(StoragePoolHandle pool, out NativePoolInfo info);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolRefresh(StoragePoolHandle pool, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolDestroy(StoragePoolHandle pool);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolListAllVolumes(StoragePoolHandle pool, out nint volumes, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virStorageVolLookupByName(StoragePoolHandle pool, string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virStorageVolLookupByPath(ConnectionHandle connection, string path);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virStorageVolCreateXML(StoragePoolHandle pool, string xml, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStorageVolFree(nint volume);

    [LibraryImport(Library)]
    internal static partial nint virStorageVolGetName(StorageVolumeHandle volume);

    [LibraryImport(Library)]
    internal static partial nint virStorageVolGetPath(StorageVolumeHandle volume);

    [LibraryImport(Library)]
    internal static partial nint virStorageVolGetXMLDesc(StorageVolumeHandle volume, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStorageVolGetInfo(StorageVolumeHandle volume, out NativeVolumeInfo info);

    [LibraryImport(Library)]
    internal static partial int virStorageVolDelete(StorageVolumeHandle volume, uint flags);
}
