using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>A host on which no VM may be placed.</summary>
/// <param name="Host">The host.</param>
/// <param name="State">Whether it is only closed, being emptied, or empty and in maintenance.</param>
/// <param name="RequestedBy">Who closed it.</param>
/// <param name="At">When, by the mesh's clock.</param>
/// <param name="Reason">Why, for the audit; may be empty.</param>
/// <param name="Drain">The drain that empties it; null for none.</param>
public sealed record HostCordon(HostName Host, CordonState State, string RequestedBy, DateTimeOffset At, string Reason = "", string? Drain = null);
