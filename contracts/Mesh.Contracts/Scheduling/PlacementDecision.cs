using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>Why a machine went to a host: kept with its migration.</summary>
/// <param name="Host">The host that was chosen.</param>
/// <param name="At">When.</param>
/// <param name="Reason">In one sentence.</param>
/// <param name="Ratings">Every host that was looked at, the best first, then those that cannot take it.</param>
public sealed record PlacementDecision(HostName Host, DateTimeOffset At, string Reason, IReadOnlyList<HostRating> Ratings);
