using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>Asks to move the VMs of a drain back to their hosts, which are uncordoned. Answered by <see cref="DrainAnswer"/>.</summary>
/// <param name="Id">Identity of the new drain, chosen by the caller.</param>
/// <param name="Drain">The drain to undo, or the name of a host that it drained: then the newest drain of that host.</param>
/// <param name="RequestedBy">Who requests it, for the audit log.</param>
/// <param name="DryRun">Whether only the plan is computed.</param>
[MessageName("undo-drain")]
public sealed record UndoDrain(string Id, string Drain, string RequestedBy, bool DryRun = false);
