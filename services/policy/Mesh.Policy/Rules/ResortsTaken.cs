using Mesh.Contracts.Policies;

namespace Mesh.Policy.Rules;

/// <summary>How far down the list of last resorts a plan is.</summary>
public sealed record ResortsTaken
{
    /// <summary>The place in the list that is looked at next; those before it were taken, or could not be.</summary>
    public int Next { get; init; }

    /// <summary>How many were taken and not refused.</summary>
    public int Count { get; init; }

    /// <summary>How long after its completion timeout the policy came to count, where it was exchanged; all but the first wait so much longer.</summary>
    public TimeSpan Late { get; init; }

    // The next one is then tried at once.
    internal ResortsTaken WithoutRefused(MigrationPolicy policy, PolicyActionKind kind) =>
        Count > 0 && policy.LastResort[Next - 1] == kind ? this with { Count = Count - 1 } : this;
}
