using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

internal static partial class Native
{
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainMigrateToURI3(
        DomainHandle domain, string? destination, nint parameters, uint parameterCount, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainMigrateStartPostCopy(DomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainMigrateGetMaxDowntime(DomainHandle domain, out ulong milliseconds, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainMigrateSetMaxDowntime(DomainHandle domain, ulong milliseconds, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainMigrateGetMaxSpeed(DomainHandle domain, out nuint mebibytesPerSecond, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainMigrateSetMaxSpeed(DomainHandle domain, nuint mebibytesPerSecond, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainGetJobStats(
        DomainHandle domain, out int type, out nint parameters, out int parameterCount, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainAbortJob(DomainHandle domain);

    [LibraryImport(Library)]
    internal static partial int virDomainAbortJobFlags(DomainHandle domain, uint flags);
}
