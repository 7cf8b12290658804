namespace Mesh.Agent.Simulated;

/// <summary>Where a modelled migration is.</summary>
internal enum SimulatedPhase
{
    DiskCopy,
    PreCopy,
    SwitchOver,
    PostCopy,
    Completed,
}
