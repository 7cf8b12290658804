using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
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

    internal ProgressState Update(CopyStatistics copy) => new()
    {
        Remaining = copy.Remaining,
        Transferred = copy.Transferred,
        RemainingFellAt = copy.Remaining < Remaining || Remaining == Bytes.Zero ? copy.Elapsed : RemainingFellAt,
        TransferredAt = copy.Transferred > Transferred ? copy.Elapsed : TransferredAt,
    };
}
