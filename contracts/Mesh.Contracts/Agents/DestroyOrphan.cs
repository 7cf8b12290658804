using Mesh.Contracts.Values;

namespace Mesh.Contracts.Agents;

/// <summary>
/// To the source: destroy the paused copy that a migration left behind, because the VM is proven to run on the destination.
/// A copy that runs, or whose job still runs, is never touched.
/// </summary>
public sealed record DestroyOrphan : AgentCommand
{
    /// <summary>The host that reported that it runs the VM.</summary>
    public required HostName RunsOn { get; init; }
}
