namespace Mesh.Contracts.Hosts;

/// <summary>A fence command that is running or has failed.</summary>
/// <param name="At">When it started, by the mesh's clock.</param>
/// <param name="RequestedBy">Who requested it.</param>
/// <param name="Failure">Why it failed; null while it runs.</param>
public sealed record FenceAttempt(DateTimeOffset At, string RequestedBy, string? Failure = null);
