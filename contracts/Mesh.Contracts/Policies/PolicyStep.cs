namespace Mesh.Contracts.Policies;

/// <summary>A convergence step: an action and when it is due.</summary>
/// <param name="When">When; every condition that is given must hold.</param>
/// <param name="Do">What.</param>
/// <param name="Repeat">Whether it may be taken again and again; then the steps behind it are looked at as well.</param>
public sealed record PolicyStep(PolicyTrigger When, PolicyAction Do, bool Repeat = false);
