using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Policy.Model;

/// <summary>When a copy last progressed, by looks; times are since the copying began.</summary>
public sealed record ProgressState
{
    /// <summary>What remained at the last look; zero before the first.</summary>
    public Bytes Remaining { get; init; }

    /// <summary>What had gone out at the last look; zero before the first.</summary>
    public Bytes Transferred { get; init; }

    /// <summary>When less remained than at the look before, or nothing had remained at that.</summary>
    public TimeSpan RemainingFellAt { get; init; }

    /// <summary>When more had gone out than at the look before.</summary>
    public TimeSpan TransferredAt { get; init; }

    internal TimeSpan LastProgressAt(ProgressMeasure measure) => measure is ProgressMeasure.RemainingOrTransferred && TransferredAt > RemainingFellAt ? TransferredAt : RemainingFellAt;

    internal ProgressState Update(CopySample sample) => new()
    {
        Remaining = sample.Remaining,
        Transferred = sample.Transferred,
        RemainingFellAt = sample.Remaining < Remaining || Remaining == Bytes.Zero ? sample.At : RemainingFellAt,
        TransferredAt = sample.Transferred > Transferred ? sample.At : TransferredAt,
    };
}
