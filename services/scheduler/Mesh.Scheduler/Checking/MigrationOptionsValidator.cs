using Mesh.Contracts.Migrations;

namespace Mesh.Scheduler.Checking;

/// <summary>Which options are accepted, alone and together; what QEMU or libvirt would refuse later is refused here with the reason.</summary>
public static class MigrationOptionsValidator
{
    /// <summary>QEMU's own upper bound of the downtime limit.</summary>
    public static readonly TimeSpan MaxDowntimeMax = TimeSpan.FromSeconds(2000);

    /// <summary>libvirt's upper bound of parallel connections.</summary>
    public const int ParallelConnectionsMax = 255;

    private static readonly string[] CompressionMethods = ["xbzrle", "zlib", "zstd"];

    /// <summary>What is wrong with the options; nothing if they are accepted.</summary>
    public static IEnumerable<Refusal> Validate(MigrationOptions options, MigrationLimits limits)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(limits);
        return [.. ValidateRanges(options, limits), .. ValidateCombinations(options)];
    }

    private static IEnumerable<Refusal> ValidateRanges(MigrationOptions options, MigrationLimits limits)
    {
        if (options.MaxDowntime is { } downtime && (downtime < TimeSpan.FromMilliseconds(1) || downtime > MaxDowntimeMax))
            yield return BadOption($"max downtime {downtime.TotalMilliseconds:0} ms: QEMU takes 1 ms to {MaxDowntimeMax.TotalMilliseconds:0} ms");
        if (options.ParallelConnections is { } connections and (< 1 or > ParallelConnectionsMax))
            yield return BadOption($"{connections} parallel connections: libvirt takes 1 to {ParallelConnectionsMax}");
        foreach (var (name, percent) in new[] { ("initial", options.AutoConvergeInitial), ("increment", options.AutoConvergeIncrement) })
            if (percent is { Value: < 1 or > 99 } value)
                yield return BadOption($"auto-converge {name} {value}: QEMU takes 1 % to 99 %");
        if (options.Timeout is { } timeout && timeout <= TimeSpan.Zero)
            yield return BadOption("the timeout must be longer than zero");
        if (options.Bandwidth is { Count: < 1 << 20 } || options.PostCopyBandwidth is { Count: < 1 << 20 })
            yield return BadOption("a bandwidth limit is at least 1 MiB/s, libvirt's unit; leave it out for no limit");
        foreach (var method in options.Compression.Except(CompressionMethods, StringComparer.Ordinal))
            yield return BadOption($"compression '{method}': QEMU knows {string.Join(", ", CompressionMethods)}");
        if (options.KeepAliveInterval is { } interval && (interval < TimeSpan.Zero || interval != TimeSpan.FromSeconds((long)interval.TotalSeconds)))
            yield return BadOption("the keepalive interval takes whole seconds, zero or more");
        if (options.KeepAliveCount is < 1)
            yield return BadOption("the keepalive count is 1 or more");
        if (options.MigrationUri is { } uri && (!Uri.TryCreate(uri, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("tcp" or "rdma" or "unix")))
            yield return BadOption($"migration URI '{uri}': libvirt takes tcp://ADDRESS[:PORT], rdma://ADDRESS or unix:///PATH");
        if (limits.ProgressTimeout < TimeSpan.Zero || limits.CompletionTimeout < TimeSpan.Zero || limits.CompletionTimeoutPerGiB < TimeSpan.Zero)
            yield return BadOption("a limit is zero (for never) or more");
        if (limits.StallingLimit is { } stalling && stalling <= TimeSpan.Zero)
            yield return BadOption("the stalling limit must be longer than zero; leave it out for no stall events");
    }

    private static IEnumerable<Refusal> ValidateCombinations(MigrationOptions options)
    {
        var isParallel = options.ParallelConnections is not null;
        if (isParallel && options.PostCopy)
            yield return Conflict("parallel connections and post-copy: QEMU refuses them together");
        if (isParallel && options.Compression.Contains("xbzrle", StringComparer.Ordinal))
            yield return Conflict("parallel connections and xbzrle compression: QEMU refuses them together");
        if (!isParallel && options.Compression.Any(method => method is "zlib" or "zstd"))
            yield return Conflict("zlib and zstd compression need parallel connections");
        if (!options.AutoConverge && (options.AutoConvergeInitial is not null || options.AutoConvergeIncrement is not null))
            yield return Conflict("auto-converge steps without auto-converge");
        if (options is { TimeoutAction: TimeoutAction.PostCopy, PostCopy: false, Timeout: not null })
            yield return Conflict("a timeout that changes over to post-copy needs post-copy to be allowed, because QEMU arms it at the start");
        if (options.CopyStorage == CopyStorage.None && options.MigrateDisks.Count > 0)
            yield return Conflict("disks to copy without copying storage: add --copy-storage-all or --copy-storage-inc");
        if (options is { PostCopy: false, PostCopyBandwidth: not null })
            yield return Conflict("a post-copy bandwidth without post-copy");
        if (options is { Live: false, PostCopy: true })
            yield return Conflict("post-copy moves a running machine; it has no meaning for a paused one");
    }

    private static Refusal BadOption(string message) => new(RefusalCode.InvalidOption, message);

    private static Refusal Conflict(string message) => new(RefusalCode.ConflictingOptions, message);
}
