namespace Mesh.Contracts.Scheduling;

/// <summary>How far a host is taken out of use.</summary>
public enum CordonState
{
    /// <summary>Its VMs stay; no VM is placed on it.</summary>
    Cordoned,

    /// <summary>Its VMs are moved away; no VM is placed on it.</summary>
    Draining,

    /// <summary>No VM runs on it and none is placed on it: maintenance may start.</summary>
    Maintenance,
}
