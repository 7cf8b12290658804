using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>Whether a VM may move, and where to.</summary>
/// <param name="Vm">The VM; null if it is unknown or ambiguous.</param>
/// <param name="VmName">Its name, or the name or UUID in the request.</param>
/// <param name="Source">Where it is; null if unknown.</param>
/// <param name="Refusals">Why it cannot be moved to any host; empty if it can.</param>
/// <param name="Ratings">The hosts: first those that can take it, the best first, then the others.</param>
[MessageName("rate-targets-answer")]
public sealed record RateTargetsAnswer(
    VmId? Vm, string VmName, HostName? Source, IReadOnlyList<Refusal> Refusals, IReadOnlyList<HostRating> Ratings);
