using Mesh.Contracts.Policies;

namespace Mesh.Policy.Rules;

/// <summary>Which convergence steps of a policy were taken.</summary>
public sealed record StepsTaken
{
    /// <summary>How many of those that are taken once; in the policy's order.</summary>
    public int Count { get; init; }

    /// <summary>For each step of the policy, <see cref="PassesSeen.Growths"/> when it was last taken; 0 before.</summary>
    public IReadOnlyList<long> Growths { get; init; } = [];

    internal static StepsTaken None(MigrationPolicy policy) => new() { Growths = [.. policy.Steps.Select(_ => 0L)] };
}
