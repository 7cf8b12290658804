using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>Asks to move the VMs of a drain back to where they were; its hosts are uncordoned. Answered by <see cref="DrainAnswer"/>.</summary>
/// <param name="Id">Identity of the new drain, chosen by the caller.</param>
/// <param name="Drain">The drain to be undone, or the name of a host that it emptied: then the newest drain of that host.</param>
/// <param name="RequestedBy">Who asks, for the audit.</param>
/// <param name="DryRun">Whether only the plan is wanted.</param>
[MessageName("undo-drain")]
public sealed record UndoDrain(string Id, string Drain, string RequestedBy, bool DryRun = false);
