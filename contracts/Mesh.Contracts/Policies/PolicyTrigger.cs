using Mesh.Contracts.Values;

namespace Mesh.Contracts.Policies;

/// <summary>When a step is due. Every condition that is given must hold; there is at least one.</summary>
public sealed record PolicyTrigger
{
    /// <summary>
    /// A new pass over memory has started, and more passes than this have started since the first that was seen. VDSM's
    /// <c>stallingLimit</c>: with 1 the step is due when the second new pass starts; with 0 at any new pass.
    /// </summary>
    public long? IterationsOver { get; init; }

    /// <summary>More passes than this have started since what remains at the beginning of a pass last reached a new low.</summary>
    public long? IterationsWithoutProgress { get; init; }

    /// <summary>What remains has reached no new low for longer than this.</summary>
    public TimeSpan? WithoutProgress { get; init; }

    /// <summary>The copying has run for longer than this.</summary>
    public TimeSpan? Elapsed { get; init; }

    /// <summary>The copying has run for longer than <see cref="Times"/> times this for each GiB, as <see cref="PolicyLimits.DataSize"/> counts.</summary>
    public TimeSpan? ElapsedPerGiB { get; init; }

    /// <summary>How many times <see cref="ElapsedPerGiB"/>; 0 or more, 1 unless given.</summary>
    public int Times { get; init; } = 1;

    /// <summary>A new pass has started, and what remains is at most the least that ever remained at the beginning of one, and this much more; 0 to 100.</summary>
    public Percent? LocalMinimum { get; init; }

    /// <summary>The downtime of a switch-over now is predicted at no more than this.</summary>
    public TimeSpan? PredictedDowntimeAtMost { get; init; }

    /// <summary>The downtime of a switch-over now is predicted at more than this.</summary>
    public TimeSpan? PredictedDowntimeOver { get; init; }

    /// <summary>
    /// Samples in which more remained than in the one before, or nothing at all, are more than this, counted since the step was last
    /// taken and only while data flows (Proxmox).
    /// </summary>
    public long? GrowthsOver { get; init; }
}
