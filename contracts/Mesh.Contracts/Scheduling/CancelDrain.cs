using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>
/// Asks to cancel a drain: nothing more is started, queued migrations are aborted, running ones continue. Its hosts are uncordoned.
/// Answered by <see cref="SchedulerAnswer"/>.
/// </summary>
/// <param name="Id">The drain's identity, or the name of a host that it drains.</param>
/// <param name="RequestedBy">Who requests it, for the audit log.</param>
/// <param name="AbortRunning">Whether migrations that already copy are aborted too.</param>
[MessageName("cancel-drain")]
public sealed record CancelDrain(string Id, string RequestedBy, bool AbortRunning = false);
