using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Hosts;

/// <summary>
/// Asks to forget a host that has left for good: it is listed no more, until its agent reports again. Refused while it reports, while it has
/// unfinished migrations, and while it is being drained. Answered by <see cref="SchedulerAnswer"/>.
/// </summary>
/// <param name="Host">The host.</param>
/// <param name="RequestedBy">Who requests it, for the audit log.</param>
[MessageName("forget-host")]
public sealed record ForgetHost(HostName Host, string RequestedBy);
