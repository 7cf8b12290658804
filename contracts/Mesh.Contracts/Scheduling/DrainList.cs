using Mesh.Contracts.Hosts;
using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>Drains and cordoned hosts.</summary>
/// <param name="Drains">The drains, the newest first.</param>
/// <param name="Cordons">Every cordoned host.</param>
[MessageName("drain-list")]
public sealed record DrainList(IReadOnlyList<DrainView> Drains, IReadOnlyList<HostCordon> Cordons);
