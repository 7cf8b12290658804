using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>
/// Asks that a drain be given up: nothing more is begun, what waits is aborted, what copies goes on. Its hosts may take machines again.
/// Answered by <see cref="SchedulerAnswer"/>.
/// </summary>
/// <param name="Id">The drain's identity, or the name of a host that it empties.</param>
/// <param name="RequestedBy">Who asks, for the audit.</param>
/// <param name="AbortRunning">Whether migrations that copy are aborted too.</param>
[MessageName("cancel-drain")]
public sealed record CancelDrain(string Id, string RequestedBy, bool AbortRunning = false);
