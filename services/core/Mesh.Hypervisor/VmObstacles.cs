using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Hypervisor;

/// <summary>Why a VM must not be moved although its own description allows it: what its hosts report is not to be relied on.</summary>
public static class VmObstacles
{
    /// <summary>A host sends invalid data about the VM.</summary>
    /// <param name="vm">What it is called.</param>
    /// <param name="host">The host.</param>
    /// <param name="reason">What is invalid.</param>
    public static Refusal InvalidData(string vm, HostName host, string reason) =>
        new(RefusalCode.InvalidVmData, $"{host} sends invalid data about {vm}: {reason}. Correct the VM's definition, or upgrade the agent of {host}");

    /// <summary>Two hosts or more run the VM.</summary>
    /// <param name="vm">What it is called.</param>
    /// <param name="hosts">The hosts.</param>
    public static Refusal RunsOnTwoHosts(string vm, IReadOnlyList<HostName> hosts) =>
        new(RefusalCode.RunsOnTwoHosts, $"{vm} runs on {string.Join(" and ", hosts)} at the same time. Find out which one is right, and destroy the other with `virsh destroy`; its data may be damaged");
}
