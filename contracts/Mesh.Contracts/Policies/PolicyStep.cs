namespace Mesh.Contracts.Policies;

/// <summary>A convergence step: an action and when it is due.</summary>
/// <param name="When">When it is due; every given condition must hold.</param>
/// <param name="Do">The action.</param>
/// <param name="Repeat">Whether it may be taken repeatedly; then the steps after it are evaluated as well.</param>
public sealed record PolicyStep(PolicyTrigger When, PolicyAction Do, bool Repeat = false);
