using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

/// <summary>What is physically true of one machine on one host of the model, whatever any agent has heard of it.</summary>
/// <param name="Host">The host.</param>
/// <param name="VmId">The machine.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">What it does there.</param>
/// <param name="HasRunHere">Whether it has ever run there; one that has not only waits for its memory.</param>
/// <param name="QuotaPercent">How much a quota slows its processors down there; 0 for not at all.</param>
internal sealed record SimulatedDomain(HostName Host, VmId VmId, string Name, VmRunState State, bool HasRunHere, int QuotaPercent = 0)
{
    /// <summary>Whether its processors run.</summary>
    public bool IsRunning => State is VmRunState.Running or VmRunState.RunningPostCopy;

    /// <summary>Whether it has the machine's memory, or waits for it.</summary>
    public bool IsActive => State is not (VmRunState.Down or VmRunState.DownMigrated);
}

/// <summary>A migration that runs on the model.</summary>
/// <param name="VmId">The machine.</param>
/// <param name="Source">Where it leaves.</param>
/// <param name="Destination">Where it goes.</param>
/// <param name="Phase">Where it is.</param>
/// <param name="IsHandedOver">Whether the destination runs the machine and the source has yet to confirm that.</param>
internal sealed record SimulatedJob(VmId VmId, HostName Source, HostName Destination, SimulatedPhase Phase, bool IsHandedOver);
