using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Hypervisor;

namespace Mesh.Migrations;

/// <summary>The options that a migration starts with: those of its request, and its policy's where the request has none.</summary>
public static class StartOptions
{
    /// <summary>Resolves the options of a request under a policy; without a policy, those of the request.</summary>
    public static MigrationOptions Resolve(RequestMigration request, MigrationPolicy? policy)
    {
        ArgumentNullException.ThrowIfNull(request);
        var options = request.Options with { MaxDowntime = Bound(request.Options.MaxDowntime, request.DowntimeBudget) };
        if (policy is null)
            return options;

        var (start, permits) = (policy.Start, policy.Permits.Intersect(request.Allow ?? PolicyPermissions.All));
        var parallel = options.ParallelConnections ?? (options.PostCopy || CompressionMethods.Supported(options.Compression, isParallel: false).Count > 0 ? null : start.ParallelConnections);

        // What QEMU rejects together with an option of the request is left out: the request takes precedence.
        var postCopy = options.PostCopy || (start.PostCopy && permits.PostCopy && parallel is null && options.Live);
        var autoConverge = options.AutoConverge || (start.AutoConverge && permits.Throttle);
        return options with
        {
            MaxDowntime = Bound(request.Options.MaxDowntime ?? start.MaxDowntime, request.DowntimeBudget ?? policy.DowntimeBudget),
            Bandwidth = options.Bandwidth ?? start.Bandwidth,
            PostCopy = postCopy,
            PostCopyBandwidth = options.PostCopyBandwidth ?? (postCopy ? start.PostCopyBandwidth : null),
            AutoConverge = autoConverge,
            AutoConvergeInitial = options.AutoConvergeInitial ?? (autoConverge ? start.AutoConvergeInitial : null),
            AutoConvergeIncrement = options.AutoConvergeIncrement ?? (autoConverge ? start.AutoConvergeIncrement : null),
            ParallelConnections = parallel,
            Compression = options.Compression.Count > 0 ? options.Compression : permits.Compression ? CompressionMethods.Supported(start.Compression, parallel is not null) : [],
        };
    }

    /// <summary>
    /// A maximum downtime within a downtime budget, from the first byte on; null where none has to be set, because QEMU's own is within the
    /// budget.
    /// </summary>
    public static TimeSpan? Bound(TimeSpan? maxDowntime, TimeSpan? budget) =>
        budget is { } most && (maxDowntime ?? QemuLimits.DefaultMaxDowntime) > most ? most : maxDowntime;

    /// <summary>The options with an operator's overrides.</summary>
    public static MigrationOptions ApplyOverrides(OperatorOverrides overrides, MigrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(overrides);
        ArgumentNullException.ThrowIfNull(options);
        return options with
        {
            MaxDowntime = overrides.MaxDowntime ?? options.MaxDowntime,
            Bandwidth = overrides.Bandwidth ?? options.Bandwidth,
            PostCopyBandwidth = overrides.PostCopyBandwidth ?? options.PostCopyBandwidth,
        };
    }
}
