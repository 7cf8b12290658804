using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Policy.Model;

/// <summary>The parameters of a running migration as far as they are known.</summary>
public sealed record TuningParameters
{
    /// <summary>Downtime limit; null while nobody has set it: QEMU's 300 ms.</summary>
    public TimeSpan? MaxDowntime { get; init; }

    /// <summary>Limit of pre-copy's data rate; null for none.</summary>
    public BytesPerSecond? Bandwidth { get; init; }

    /// <summary>How much the processors are slowed down by the mesh; null for not at all.</summary>
    public Percent? Throttle { get; init; }

    /// <summary>Whether the machine was suspended for the rest of its migration.</summary>
    public bool IsSuspended { get; init; }

    /// <summary>Whether the change to post-copy was ordered.</summary>
    public bool IsPostCopy { get; init; }

    /// <summary>The parameters after a change.</summary>
    public TuningParameters With(MigrationParameters change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return this with
        {
            MaxDowntime = change.MaxDowntime ?? MaxDowntime,
            Bandwidth = change.Bandwidth ?? Bandwidth,
            Throttle = change.Throttle is { } throttle ? throttle.Value == 0 ? null : throttle : Throttle,
            IsSuspended = IsSuspended || change.Suspend is true,
            IsPostCopy = IsPostCopy || change.PostCopy is true,
        };
    }
}
