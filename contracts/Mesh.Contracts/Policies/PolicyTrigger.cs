using Mesh.Contracts.Values;

namespace Mesh.Contracts.Policies;

/// <summary>When a step is due. Every given condition must hold; there is at least one.</summary>
public sealed record PolicyTrigger
{
    /// <summary>
    /// A new pass over memory has started, and more passes than this have started since the first observed one. VDSM's
    /// <c>stallingLimit</c>: with 1 the step is due when the second new pass starts; with 0 at any new pass.
    /// </summary>
    public long? IterationsOver { get; init; }

    /// <summary>More passes than this have started since what remains at the start of a pass last reached a new low.</summary>
    public long? IterationsWithoutProgress { get; init; }

    /// <summary>What remains has reached no new low for longer than this.</summary>
    public TimeSpan? WithoutProgress { get; init; }

    /// <summary>The copy has run for longer than this.</summary>
    public TimeSpan? Elapsed { get; init; }

    /// <summary>The copy has run for longer than <see cref="Times"/> times this for each GiB, as <see cref="PolicyLimits.DataSize"/> counts.</summary>
    public TimeSpan? ElapsedPerGiB { get; init; }

    /// <summary>The factor of <see cref="ElapsedPerGiB"/>; 0 or more, 1 unless given.</summary>
    public int Times { get; init; } = 1;

    /// <summary>A new pass has started, and what remains is at most this much more than the least that ever remained at the start of one; 0 to 100.</summary>
    public Percent? LocalMinimum { get; init; }

    /// <summary>The predicted downtime of a switchover now is at most this.</summary>
    public TimeSpan? PredictedDowntimeAtMost { get; init; }

    /// <summary>The predicted downtime of a switchover now is more than this.</summary>
    public TimeSpan? PredictedDowntimeOver { get; init; }

    /// <summary>
    /// More than this many samples show more remaining data than the one before, or none at all, counted since the step was last
    /// taken and only while data flows (Proxmox).
    /// </summary>
    public long? GrowthsOver { get; init; }

    /// <summary>
    /// The agent has reported a stall, what remains has reached no new low since, and that has lasted for longer than this. Due as soon as
    /// the event arrives, also without telemetry. A repeated step needs a new event each time.
    /// </summary>
    public TimeSpan? Stalled { get; init; }
}
