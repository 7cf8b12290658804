using Mesh.Contracts.Policies;

namespace Mesh.Policy.Model;

/// <summary>How far down the list of last resorts a plan is.</summary>
public sealed record LastResortState
{
    /// <summary>The place in the list that is looked at next; those before it were taken, or could not be.</summary>
    public int NextIndex { get; init; }

    /// <summary>How many were taken and not refused.</summary>
    public int TakenCount { get; init; }

    /// <summary>How long after its completion timeout the policy came to count, where it was exchanged; all but the first wait so much longer.</summary>
    public TimeSpan Delay { get; init; }

    // The next one is then tried at once.
    internal LastResortState WithoutRefused(MigrationPolicy policy, PolicyActionKind kind) =>
        TakenCount > 0 && policy.LastResort[NextIndex - 1] == kind ? this with { TakenCount = TakenCount - 1 } : this;
}
