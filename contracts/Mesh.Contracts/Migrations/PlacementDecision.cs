using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>Why a host was chosen; stored with the migration.</summary>
/// <param name="Host">The host that was chosen.</param>
/// <param name="At">When.</param>
/// <param name="Reason">In one sentence.</param>
/// <param name="Ratings">Every host that was rated: the eligible ones first, best first.</param>
public sealed record PlacementDecision(HostName Host, DateTimeOffset At, string Reason, IReadOnlyList<HostRating> Ratings);
