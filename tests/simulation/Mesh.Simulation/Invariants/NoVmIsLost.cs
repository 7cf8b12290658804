using Mesh.Agent.Hypervisors;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>A VM that did not die with a host always has its memory on some host, and runs at the end.</summary>
internal sealed class NoVmIsLost(World world) : Invariant(world)
{
    /// <inheritdoc />
    public override string Name => "a VM is lost only with its host";

    /// <inheritdoc />
    public override void AfterChange()
    {
        foreach (var vm in World.Vms)
            if (!World.GroundTruth.HasDied(vm.Id)
                && !World.GroundTruth.FindCopies(vm.Id).Any(copy => copy is { IsActive: true, HasRunHere: true } && copy.State is not VmRunState.PausedPostCopy))
                Fail($"{vm.Name} has no copy with its memory: {Describe(vm)}");
    }

    /// <inheritdoc />
    public override void AtEnd()
    {
        foreach (var vm in World.Vms)
            if (!World.GroundTruth.HasDied(vm.Id) && World.GroundTruth.FindRunningHost(vm.Id) is null && !MayStayPaused(vm) && !HasFailedInPostCopy(vm))
                Fail($"{vm.Name} does not run on any host at the end: {Describe(vm)}");
    }

    // A VM whose memory is divided between two hosts can run on neither.
    private bool HasFailedInPostCopy(Agent.Simulated.SimulatedVm vm) => World.GroundTruth.FindCopies(vm.Id).Any(copy => copy.State is VmRunState.PostCopyFailed);

    // Only the agent knows who suspended a VM; an agent that has lost its state cannot know that it must resume it.
    private bool MayStayPaused(Agent.Simulated.SimulatedVm vm) =>
        World.GroundTruth.FindCopies(vm.Id).Any(copy => copy.State is VmRunState.Paused or VmRunState.PausedMigrating && World.Host(copy.Host).HasLostAgentState);

    private string Describe(Agent.Simulated.SimulatedVm vm) =>
        string.Join(", ", World.GroundTruth.FindCopies(vm.Id).Select(copy => $"{copy.State} on {copy.Host}"));
}
