using Mesh.Agent.Hypervisors;
using Mesh.Agent.Simulated;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>A machine that did not die with a host has its memory somewhere, and runs when all is over.</summary>
internal sealed class NoVmIsLost(World world) : Invariant(world)
{
    /// <inheritdoc />
    public override string Name => "no machine without a copy unless its host died with it";

    /// <inheritdoc />
    public override void AfterChange()
    {
        foreach (var vm in World.Vms)
            if (!World.GroundTruth.HasDied(vm.Id)
                && !World.GroundTruth.FindCopies(vm.Id).Any(copy => copy is { IsActive: true, HasRunHere: true } && copy.State is not VmRunState.PausedPostCopy))
                Fail($"{vm.Name} is nowhere: {Describe(vm)}");
    }

    /// <inheritdoc />
    public override void AtEnd()
    {
        foreach (var vm in World.Vms)
            if (!World.GroundTruth.HasDied(vm.Id) && World.GroundTruth.FindRunningHost(vm.Id) is null && !MayStayPaused(vm) && !HasFailedInPostCopy(vm))
                Fail($"{vm.Name} does not run anywhere when all is over: {Describe(vm)}");
    }

    // One whose memory is on both hosts can run on neither.
    private bool HasFailedInPostCopy(Agent.Simulated.SimulatedVm vm) => World.GroundTruth.FindCopies(vm.Id).Any(copy => copy.State is VmRunState.PostCopyFailed);

    // Who suspended it is known to the agent alone; one that has lost its memory cannot know that it must resume it.
    private bool MayStayPaused(Agent.Simulated.SimulatedVm vm) =>
        World.GroundTruth.FindCopies(vm.Id).Any(copy => copy.State is VmRunState.Paused or VmRunState.PausedMigrating && World.Host(copy.Host).HasLostAgentState);

    private string Describe(Agent.Simulated.SimulatedVm vm) =>
        string.Join(", ", World.GroundTruth.FindCopies(vm.Id).Select(copy => $"{copy.State} on {copy.Host}"));
}
