using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>Asks to uncordon a host; an active drain of it is cancelled. Answered by <see cref="SchedulerAnswer"/>.</summary>
/// <param name="Host">The host.</param>
/// <param name="RequestedBy">Who requests it, for the audit log.</param>
[MessageName("uncordon-host")]
public sealed record UncordonHost(HostName Host, string RequestedBy);
