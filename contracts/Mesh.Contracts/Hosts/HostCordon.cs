using System.Text.Json.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Hosts;

/// <summary>A host on which no VM may be placed.</summary>
/// <param name="Host">The host.</param>
/// <param name="State">Whether it is only cordoned, being drained, or empty and in maintenance.</param>
/// <param name="RequestedBy">Who cordoned it.</param>
/// <param name="At">When, by the mesh's clock.</param>
/// <param name="Reason">Why, for the audit log; may be empty.</param>
/// <param name="Drain">The drain that it belongs to; null for none.</param>
// Stored as JSON: these names must not change.
public sealed record HostCordon(
    [property: JsonPropertyName("host")] HostName Host,
    [property: JsonPropertyName("state")] CordonState State,
    [property: JsonPropertyName("requestedBy")] string RequestedBy,
    [property: JsonPropertyName("at")] DateTimeOffset At,
    [property: JsonPropertyName("reason")] string Reason = "",
    [property: JsonPropertyName("drain")] string? Drain = null);
