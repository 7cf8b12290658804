namespace Mesh.Hypervisor;

/// <summary>Compression methods by libvirt's names. Each works over parallel connections (multifd) or over a single stream, none over both.</summary>
public static class CompressionMethods
{
    /// <summary>Methods over a single stream.</summary>
    public static readonly IReadOnlyList<string> SingleStream = ["xbzrle"];

    /// <summary>Methods over parallel connections.</summary>
    public static readonly IReadOnlyList<string> Parallel = ["zlib", "zstd"];

    /// <summary>Every method that QEMU has.</summary>
    public static readonly IReadOnlyList<string> All = [.. SingleStream, .. Parallel];

    /// <summary>Those of some methods that QEMU accepts, in the same order.</summary>
    /// <param name="methods">The methods.</param>
    /// <param name="isParallel">Whether the migration uses parallel connections.</param>
    public static IReadOnlyList<string> Supported(IEnumerable<string> methods, bool isParallel) =>
        [.. methods.Where(method => (isParallel ? Parallel : SingleStream).Contains(method, StringComparer.Ordinal))];
}
