using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

/// <summary>The actual state of one VM on one host of the model, independent of what any agent knows.</summary>
/// <param name="Host">The host.</param>
/// <param name="VmId">The VM.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">Its state there.</param>
/// <param name="HasRunHere">Whether it has ever run there; otherwise it waits for its memory.</param>
/// <param name="QuotaPercent">By how much a quota throttles its vCPUs there; 0 for none.</param>
internal sealed record SimulatedDomain(HostName Host, VmId VmId, string Name, VmRunState State, bool HasRunHere, int QuotaPercent = 0)
{
    public bool IsRunning => State is VmRunState.Running or VmRunState.RunningPostCopy;

    /// <summary>Whether it has the VM's memory, or waits for it.</summary>
    public bool IsActive => State is not (VmRunState.Down or VmRunState.DownMigrated);
}

/// <summary>A running migration of the model.</summary>
/// <param name="VmId">The VM.</param>
/// <param name="Source">Its source.</param>
/// <param name="Destination">Its destination.</param>
/// <param name="Phase">Its phase.</param>
/// <param name="IsHandedOver">Whether the destination runs the VM and the source has yet to confirm that.</param>
internal sealed record SimulatedJob(VmId VmId, HostName Source, HostName Destination, SimulatedPhase Phase, bool IsHandedOver);
