using Mesh.Contracts.Policies;

namespace Mesh.Policy.Model;

/// <summary>Which convergence steps of a policy were taken.</summary>
public sealed record StepState
{
    /// <summary>How many of those that are taken once; in the policy's order.</summary>
    public int TakenCount { get; init; }

    /// <summary>For each step of the policy, <see cref="PassStatistics.Growths"/> when it was last taken; 0 before.</summary>
    public IReadOnlyList<long> GrowthsWhenTaken { get; init; } = [];

    internal static StepState Create(MigrationPolicy policy) => new() { GrowthsWhenTaken = [.. policy.Steps.Select(_ => 0L)] };
}
