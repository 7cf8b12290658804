using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>Flags and parameters of <c>virDomainMigrateToURI3</c>.</summary>
internal static class MigrateArguments
{
    /// <summary>libvirt's value for no limit, in MiB/s.</summary>
    public const long UnlimitedMebibytesPerSecond = 8_796_093_022_207;

    public static MigrateFlags CreateFlags(MigrationOptions options) =>
        // Peer to peer, so that the job outlives this process; and a disk error must abort the job, not stop the VM.
        MigrateFlags.PeerToPeer | MigrateFlags.AbortOnError
        | If(options.Live, MigrateFlags.Live)
        | If(options.AutoConverge, MigrateFlags.AutoConverge)
        | If(options.Compression.Count > 0, MigrateFlags.Compressed)
        | If(options.ParallelConnections is not null, MigrateFlags.Parallel)
        | If(options.PostCopy, MigrateFlags.PostCopy)
        | If(options.Tls, MigrateFlags.Tls)
        | If(options.Persistent, MigrateFlags.PersistDestination)
        | If(options.UndefineSource, MigrateFlags.UndefineSource)
        | If(options.CopyStorage is CopyStorage.All, MigrateFlags.NonSharedDisk)
        | If(options.CopyStorage is CopyStorage.Incremental, MigrateFlags.NonSharedIncremental)
        | If(options.Unsafe, MigrateFlags.Unsafe);

    public static MigrateParameters CreateParameters(MigrationOptions options) => new()
    {
        MigrateUri = options.MigrationUri,
        BandwidthMebibytesPerSecond = options.Bandwidth is { } rate ? ToMebibytesPerSecond(rate) : null,
        PostCopyBandwidthMebibytesPerSecond = options is { PostCopy: true, PostCopyBandwidth: { } pulled } ? ToMebibytesPerSecond(pulled) : null,
        MigrateDisks = options.MigrateDisks,
        CompressionMethods = options.Compression,
        AutoConvergeInitialPercent = options.AutoConvergeInitial?.Value,
        AutoConvergeIncrementPercent = options.AutoConvergeIncrement?.Value,
        ParallelConnections = options.ParallelConnections,
    };

    /// <summary>A rate in libvirt's unit: the nearest whole MiB/s, and never 0, which would mean no limit.</summary>
    public static long ToMebibytesPerSecond(BytesPerSecond rate) => Math.Max(1, (long)Math.Round(rate.Mebibytes));

    private static MigrateFlags If(bool isSo, MigrateFlags flag) => isSo ? flag : MigrateFlags.None;
}
