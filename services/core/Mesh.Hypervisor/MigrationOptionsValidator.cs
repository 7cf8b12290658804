using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Hypervisor;

/// <summary>Which options are accepted, alone and together; what QEMU or libvirt would refuse later is refused here with the reason.</summary>
public static class MigrationOptionsValidator
{
    /// <summary>Everything that is wrong with the options of a request; nothing if they are accepted.</summary>
    public static IEnumerable<Refusal> Validate(MigrationOptions options, MigrationLimits limits)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(limits);
        return [.. ValidateRanges(options, limits).OfType<Refusal>(), .. ValidateCombinations(options)];
    }

    /// <summary>The options that exclude or need each other.</summary>
    public static IEnumerable<Refusal> ValidateCombinations(MigrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return FindConflicts(options).Select(message => new Refusal(RefusalCode.ConflictingOptions, message));
    }

    /// <summary>Whether QEMU accepts a downtime limit.</summary>
    /// <param name="downtime">The limit; null for none, which is accepted.</param>
    /// <param name="name">What the limit is called in the text.</param>
    public static Refusal? CheckDowntime(TimeSpan? downtime, string name = "max downtime") =>
        downtime is { } limit && (limit < QemuLimits.MaxDowntimeMin || limit > QemuLimits.MaxDowntimeMax)
            ? InvalidOption($"{name} {limit.TotalMilliseconds:0} ms: QEMU accepts "
                + $"{QemuLimits.MaxDowntimeMin.TotalMilliseconds:0} ms to {QemuLimits.MaxDowntimeMax.TotalMilliseconds:0} ms")
            : null;

    /// <summary>Whether libvirt accepts bandwidth limits.</summary>
    /// <param name="preCopy">The limit; null for none, which is accepted.</param>
    /// <param name="postCopy">The limit in post-copy; null for none, which is accepted.</param>
    public static Refusal? CheckBandwidth(BytesPerSecond? preCopy, BytesPerSecond? postCopy) =>
        new[] { preCopy, postCopy }.Any(limit => limit?.Count < LibvirtLimits.BandwidthMin.Count || limit?.Count > LibvirtLimits.BandwidthMax.Count)
            ? InvalidOption($"a bandwidth limit must be at least 1 MiB/s, libvirt's unit, and at most {LibvirtLimits.BandwidthMaxMebibytes} MiB/s; omit it for no limit")
            : null;

    /// <summary>Whether a vCPU throttle can be set; 0 lifts it.</summary>
    public static Refusal? CheckThrottle(Percent? throttle) => throttle is { Value: < 0 or > QemuAutoConverge.MaxPercent } percent
        ? InvalidOption($"throttle {percent}: 0 % to {QemuAutoConverge.MaxPercent} % is accepted, and 0 removes it")
        : null;

    /// <summary>Whether a stalling limit can be watched.</summary>
    public static Refusal? CheckStallingLimit(TimeSpan? limit) =>
        limit <= TimeSpan.Zero ? InvalidOption("the stalling limit must be longer than zero; omit it for no stall events") : null;

    private static IEnumerable<Refusal?> ValidateRanges(MigrationOptions options, MigrationLimits limits)
    {
        yield return CheckDowntime(options.MaxDowntime);
        if (options.ParallelConnections is { } connections and (< 1 or > LibvirtLimits.ParallelConnectionsMax))
            yield return InvalidOption($"{connections} parallel connections: libvirt accepts 1 to {LibvirtLimits.ParallelConnectionsMax}");
        yield return CheckAutoConvergeStep("initial", options.AutoConvergeInitial);
        yield return CheckAutoConvergeStep("increment", options.AutoConvergeIncrement);
        if (options.Timeout is { } timeout && timeout <= TimeSpan.Zero)
            yield return InvalidOption("the timeout must be longer than zero");
        yield return CheckBandwidth(options.Bandwidth, options.PostCopyBandwidth);
        foreach (var method in options.Compression.Except(CompressionMethods.All, StringComparer.Ordinal))
            yield return InvalidOption($"compression '{method}': QEMU accepts {string.Join(", ", CompressionMethods.All)}");
        if (options.KeepAliveInterval is { } interval && (interval < TimeSpan.Zero || interval != TimeSpan.FromSeconds((long)interval.TotalSeconds)))
            yield return InvalidOption("the keepalive interval is in whole seconds, zero or more");
        if (options.KeepAliveCount is < 1)
            yield return InvalidOption("the keepalive count is 1 or more");
        if (options.MigrationUri is { } uri && (!Uri.TryCreate(uri, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("tcp" or "rdma" or "unix")))
            yield return InvalidOption($"migration URI '{uri}': libvirt accepts tcp://ADDRESS[:PORT], rdma://ADDRESS or unix:///PATH");
        if (limits.ProgressTimeout < TimeSpan.Zero || limits.CompletionTimeout < TimeSpan.Zero || limits.CompletionTimeoutPerGiB < TimeSpan.Zero)
            yield return InvalidOption("a limit is zero (for never) or more");
        yield return CheckStallingLimit(limits.StallingLimit);
    }

    private static Refusal? CheckAutoConvergeStep(string name, Percent? step) => step is { Value: < QemuAutoConverge.MinPercent or > QemuAutoConverge.MaxPercent } percent
        ? InvalidOption($"auto-converge {name} {percent}: QEMU accepts {QemuAutoConverge.MinPercent} % to {QemuAutoConverge.MaxPercent} %")
        : null;

    private static IEnumerable<string> FindConflicts(MigrationOptions options)
    {
        var isParallel = options.ParallelConnections is not null;
        if (isParallel && options.PostCopy)
            yield return "parallel connections and post-copy: QEMU refuses them together";
        if (isParallel && options.Compression.Intersect(CompressionMethods.SingleStream, StringComparer.Ordinal).Any())
            yield return $"parallel connections and {string.Join(" or ", CompressionMethods.SingleStream)} compression: QEMU refuses them together";
        if (!isParallel && options.Compression.Intersect(CompressionMethods.Parallel, StringComparer.Ordinal).Any())
            yield return $"{string.Join(" and ", CompressionMethods.Parallel)} compression need parallel connections";
        if (!options.AutoConverge && (options.AutoConvergeInitial is not null || options.AutoConvergeIncrement is not null))
            yield return "auto-converge steps need auto-converge";
        if (options is { TimeoutAction: TimeoutAction.PostCopy, PostCopy: false, Timeout: not null })
            yield return "a timeout that switches to post-copy needs post-copy, because QEMU enables it at the start only";
        if (options.CopyStorage == CopyStorage.None && options.MigrateDisks.Count > 0)
            yield return "disks to copy need storage to be copied: add --copy-storage-all or --copy-storage-inc";
        if (options is { PostCopy: false, PostCopyBandwidth: not null })
            yield return "a post-copy bandwidth needs post-copy";
        if (options is { Live: false, PostCopy: true })
            yield return "post-copy migrates a running VM, and without --live the VM is paused";
    }

    private static Refusal InvalidOption(string message) => new(RefusalCode.InvalidOption, message);
}
