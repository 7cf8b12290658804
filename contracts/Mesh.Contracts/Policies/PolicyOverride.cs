using Mesh.Contracts.Values;

namespace Mesh.Contracts.Policies;

/// <summary>A machine's own policy.</summary>
/// <param name="Vm">The machine.</param>
/// <param name="Policy">The policy's name.</param>
/// <param name="By">Who set it.</param>
/// <param name="At">When.</param>
public sealed record PolicyOverride(VmId Vm, string Policy, string By, DateTimeOffset At);
