using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>
/// New parameters of a running migration (<c>migrateChangeParams</c> of seed <c>ovirt-migration-enhancements</c>): the same record whether
/// a person or a policy sets them. Null leaves a parameter unchanged.
/// </summary>
public sealed record MigrationParameters
{
    /// <summary>Maximum downtime, 1 ms to 2000 s.</summary>
    public TimeSpan? MaxDowntime { get; init; }

    /// <summary>The pre-copy bandwidth limit, 1 MiB/s or more.</summary>
    public BytesPerSecond? Bandwidth { get; init; }

    /// <summary>The post-copy bandwidth limit, 1 MiB/s or more.</summary>
    public BytesPerSecond? PostCopyBandwidth { get; init; }

    /// <summary>True switches to post-copy now. That cannot be undone, so false is refused.</summary>
    public bool? PostCopy { get; init; }

    /// <summary>True suspends the VM while the migration continues. It cannot be resumed before the migration ends, so false is refused.</summary>
    public bool? Suspend { get; init; }

    /// <summary>Compression of memory on or off.</summary>
    public bool? Compression { get; init; }

    /// <summary>Auto-converge on or off.</summary>
    public bool? AutoConverge { get; init; }

    /// <summary>How much the vCPUs are throttled, 0 % to 99 %; 0 removes the throttle.</summary>
    public Percent? Throttle { get; init; }

    /// <summary>How long the migration may make no progress before it counts as stalled; more than zero.</summary>
    public TimeSpan? StallingLimit { get; init; }

    /// <summary>Only the given parameters of these.</summary>
    public MigrationParameters Only(IReadOnlySet<MigrationParameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return new()
        {
            MaxDowntime = parameters.Contains(MigrationParameter.MaxDowntime) ? MaxDowntime : null,
            Bandwidth = parameters.Contains(MigrationParameter.Bandwidth) ? Bandwidth : null,
            PostCopyBandwidth = parameters.Contains(MigrationParameter.PostCopyBandwidth) ? PostCopyBandwidth : null,
            PostCopy = parameters.Contains(MigrationParameter.PostCopy) ? PostCopy : null,
            Suspend = parameters.Contains(MigrationParameter.Suspend) ? Suspend : null,
            Compression = parameters.Contains(MigrationParameter.Compression) ? Compression : null,
            AutoConverge = parameters.Contains(MigrationParameter.AutoConverge) ? AutoConverge : null,
            Throttle = parameters.Contains(MigrationParameter.Throttle) ? Throttle : null,
            StallingLimit = parameters.Contains(MigrationParameter.StallingLimit) ? StallingLimit : null,
        };
    }

    /// <summary>These parameters, changed by others.</summary>
    public MigrationParameters With(MigrationParameters change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return new()
        {
            MaxDowntime = change.MaxDowntime ?? MaxDowntime,
            Bandwidth = change.Bandwidth ?? Bandwidth,
            PostCopyBandwidth = change.PostCopyBandwidth ?? PostCopyBandwidth,
            PostCopy = change.PostCopy ?? PostCopy,
            Suspend = change.Suspend ?? Suspend,
            Compression = change.Compression ?? Compression,
            AutoConverge = change.AutoConverge ?? AutoConverge,
            Throttle = change.Throttle ?? Throttle,
            StallingLimit = change.StallingLimit ?? StallingLimit,
        };
    }

    /// <summary>The parameters that are set.</summary>
    public IEnumerable<MigrationParameter> ListSet()
    {
        if (MaxDowntime is not null)
            yield return MigrationParameter.MaxDowntime;
        if (Bandwidth is not null)
            yield return MigrationParameter.Bandwidth;
        if (PostCopyBandwidth is not null)
            yield return MigrationParameter.PostCopyBandwidth;
        if (PostCopy is not null)
            yield return MigrationParameter.PostCopy;
        if (Suspend is not null)
            yield return MigrationParameter.Suspend;
        if (Compression is not null)
            yield return MigrationParameter.Compression;
        if (AutoConverge is not null)
            yield return MigrationParameter.AutoConverge;
        if (Throttle is not null)
            yield return MigrationParameter.Throttle;
        if (StallingLimit is not null)
            yield return MigrationParameter.StallingLimit;
    }
}
