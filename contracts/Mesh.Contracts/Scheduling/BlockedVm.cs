using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>A VM that a drain cannot move.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="VmName">Its name.</param>
/// <param name="Host">Where it is.</param>
/// <param name="Refusals">Every reason.</param>
/// <param name="Advice">What to do about it.</param>
public sealed record BlockedVm(VmId Vm, string VmName, HostName Host, IReadOnlyList<Refusal> Refusals, string Advice);
