namespace Mesh.Contracts.Policies;

/// <summary>
/// How migrations are tuned: what they start with, what is changed when, and what happens as a last resort (seed
/// <c>ovirt-migration-enhancements</c>: "well defined and well described policies"). People write it as YAML or JSON with units;
/// <c>infra/docs/policies.md</c> describes that form.
/// </summary>
public sealed record MigrationPolicy
{
    /// <summary>Its name, unique in the mesh: lower-case letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>What it does and which VMs it suits, for operators.</summary>
    public required string Description { get; init; }

    /// <summary>
    /// Labels that a VM must have, all of them, for the policy to be selected; null if it is never selected by labels. Of several
    /// that match, the one with the most labels wins, then the first by name.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Select { get; init; }

    /// <summary>The minimum time between two evaluations; null to evaluate every sample.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>What the migration starts with, including what is armed because QEMU cannot arm it later.</summary>
    public PolicyStart Start { get; init; } = new();

    /// <summary>Convergence steps, in order.</summary>
    public IReadOnlyList<PolicyStep> Steps { get; init; } = [];

    /// <summary>
    /// Whether all steps that are due are taken together, of which only the last one counts; otherwise one step is taken at each
    /// evaluation.
    /// </summary>
    public bool CatchUp { get; init; }

    /// <summary>Detects a stall by the lowest amount that remained, and switches over at a local minimum; null for none.</summary>
    public StallDetector? StallDetector { get; init; }

    /// <summary>Chooses the mildest permitted action by itself; null for none.</summary>
    public AdaptiveRule? Adaptive { get; init; }

    /// <summary>
    /// What is done at the completion timeout: the first permitted action; each further one when that time has passed once
    /// more. Post-copy, suspend or abort; empty for nothing.
    /// </summary>
    public IReadOnlyList<PolicyActionKind> LastResort { get; init; } = [];

    /// <summary>The time limits.</summary>
    public PolicyLimits Limits { get; init; } = new();

    /// <summary>The downtime that the VM tolerates; null if the policy has no budget.</summary>
    public TimeSpan? DowntimeBudget { get; init; }

    /// <summary>What may be done to the VM.</summary>
    public PolicyPermissions Permits { get; init; } = new();

    /// <summary>How many migrations may run at once under it.</summary>
    public PolicyConcurrency Concurrency { get; init; } = new();
}
