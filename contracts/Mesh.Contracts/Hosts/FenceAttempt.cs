namespace Mesh.Contracts.Hosts;

/// <summary>A fence command that runs, or that has failed.</summary>
/// <param name="At">When it began, by the mesh's clock.</param>
/// <param name="RequestedBy">Who asked for it.</param>
/// <param name="Failure">Why it failed; null while it runs.</param>
public sealed record FenceAttempt(DateTimeOffset At, string RequestedBy, string? Failure = null);
