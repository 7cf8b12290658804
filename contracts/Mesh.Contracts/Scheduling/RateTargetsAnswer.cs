using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>Whether a machine may move, and where to.</summary>
/// <param name="Vm">The machine; null if it is not known, or several are meant.</param>
/// <param name="VmName">Its name, or what the request called it.</param>
/// <param name="Source">Where it is; null if it is not known.</param>
/// <param name="Refusals">What speaks against moving it at all, whichever host is meant; empty for nothing.</param>
/// <param name="Ratings">The hosts: first those that can take it, the best first, then the others.</param>
[MessageName("rate-targets-answer")]
public sealed record RateTargetsAnswer(
    VmId? Vm, string VmName, HostName? Source, IReadOnlyList<Refusal> Refusals, IReadOnlyList<HostRating> Ratings);
