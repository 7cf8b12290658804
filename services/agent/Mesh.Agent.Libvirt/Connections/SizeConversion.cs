namespace Mesh.Agent.Libvirt;

/// <summary>libvirt counts sizes without a sign; .NET's habit is a signed number, and none of them is near its end.</summary>
internal static class SizeConversion
{
    internal static long FromBytes(ulong bytes) => (long)Math.Min(bytes, long.MaxValue);

    internal static long FromKibibytes(nuint kibibytes) => (long)Math.Min(kibibytes, (ulong)long.MaxValue / 1024) * 1024;
}
