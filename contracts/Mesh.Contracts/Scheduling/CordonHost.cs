using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>Asks to cordon a host: no VM is placed on it; its VMs stay. Answered by <see cref="SchedulerAnswer"/>.</summary>
/// <param name="Host">The host.</param>
/// <param name="RequestedBy">Who requests it, for the audit log.</param>
/// <param name="Reason">Why; may be empty.</param>
[MessageName("cordon-host")]
public sealed record CordonHost(HostName Host, string RequestedBy, string Reason = "");
