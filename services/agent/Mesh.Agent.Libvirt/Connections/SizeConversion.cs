namespace Mesh.Agent.Libvirt;

/// <summary>Converts libvirt's unsigned sizes to signed ones, the convention of .NET.</summary>
internal static class SizeConversion
{
    internal static long FromBytes(ulong bytes) => (long)Math.Min(bytes, long.MaxValue);

    internal static long FromKibibytes(nuint kibibytes) => (long)Math.Min(kibibytes, (ulong)long.MaxValue / 1024) * 1024;
}
