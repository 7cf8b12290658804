namespace Mesh.Contracts.Scheduling;

/// <summary>How VMs are distributed where several hosts can take one.</summary>
public enum PlacementStrategy
{
    /// <summary>Over many hosts: the emptier one is better.</summary>
    Spread,

    /// <summary>Onto few: the fuller one is better.</summary>
    Pack,
}
