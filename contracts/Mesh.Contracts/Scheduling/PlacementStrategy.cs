namespace Mesh.Contracts.Scheduling;

/// <summary>How VMs are distributed where several hosts can take one.</summary>
public enum PlacementStrategy
{
    /// <summary>Spread over many hosts: the emptier one is better.</summary>
    Spread,

    /// <summary>Pack onto few hosts: the fuller one is better.</summary>
    Pack,
}
