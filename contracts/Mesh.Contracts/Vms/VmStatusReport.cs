using Mesh.Contracts.Values;

namespace Mesh.Contracts.Vms;

/// <summary>One VM's status on one host.</summary>
/// <param name="Id">The VM.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Status">Its status there.</param>
/// <param name="Detail">The hypervisor's own text, such as <c>running (migrated)</c>.</param>
public sealed record VmStatusReport(
    VmId Id,
    [property: Limits(1, MessageLimits.NameLengthMax)] string Name,
    VmStatus Status,
    [property: Limits(0, MessageLimits.LongTextLengthMax)] string Detail);
