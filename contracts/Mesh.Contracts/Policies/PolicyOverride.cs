using Mesh.Contracts.Values;

namespace Mesh.Contracts.Policies;

/// <summary>A VM's policy override.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Policy">The policy's name.</param>
/// <param name="RequestedBy">Who set it.</param>
/// <param name="At">When.</param>
public sealed record PolicyOverride(VmId Vm, string Policy, string RequestedBy, DateTimeOffset At);
