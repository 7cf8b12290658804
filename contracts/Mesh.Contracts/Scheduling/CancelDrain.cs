using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>
/// Asks to cancel a drain: nothing more is started, waiting migrations are aborted, running ones go on. Its hosts are uncordoned.
/// Answered by <see cref="SchedulerAnswer"/>.
/// </summary>
/// <param name="Id">The drain's identity, or the name of a host that it empties.</param>
/// <param name="RequestedBy">Who asks, for the audit.</param>
/// <param name="AbortRunning">Whether migrations that copy are aborted too.</param>
[MessageName("cancel-drain")]
public sealed record CancelDrain(string Id, string RequestedBy, bool AbortRunning = false);
