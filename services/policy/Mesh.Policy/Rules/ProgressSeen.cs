using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Policy.Rules;

/// <summary>When a copy last progressed, by looks; times are since the copying began.</summary>
public sealed record ProgressSeen
{
    /// <summary>What remained at the last look; zero before the first.</summary>
    public Bytes Remaining { get; init; }

    /// <summary>What had gone out at the last look; zero before the first.</summary>
    public Bytes Processed { get; init; }

    /// <summary>When less remained than at the look before, or nothing had remained at that.</summary>
    public TimeSpan FellAt { get; init; }

    /// <summary>When more had gone out than at the look before.</summary>
    public TimeSpan SentAt { get; init; }

    internal TimeSpan At(ProgressMeasure measure) => measure is ProgressMeasure.Anything && SentAt > FellAt ? SentAt : FellAt;

    internal ProgressSeen See(PlanSample sample) => new()
    {
        Remaining = sample.Remaining,
        Processed = sample.Processed,
        FellAt = sample.Remaining < Remaining || Remaining == Bytes.Zero ? sample.At : FellAt,
        SentAt = sample.Processed > Processed ? sample.At : SentAt,
    };
}
