using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Contracts.Hosts;

/// <summary>An entry for one VM in a host's inventory or report that the mesh does not use, because it is invalid.</summary>
/// <param name="Id">The VM; null if the entry does not say which.</param>
/// <param name="Name">Its name; null if the entry does not say it.</param>
/// <param name="Status">Its status on the host, as far as the host's newest report says; null if unknown.</param>
/// <param name="Reason">What is wrong, such as <c>vms[3].vCpus is -4; 1 to 4096 is accepted</c>.</param>
public sealed record InvalidVm(VmId? Id, string? Name, VmStatus? Status, string Reason)
{
    /// <summary>Whether the VM may be running there.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool MayRun => Status != VmStatus.Down;
}
