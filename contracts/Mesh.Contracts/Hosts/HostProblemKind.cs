namespace Mesh.Contracts.Hosts;

/// <summary>The kind of a host's problem.</summary>
public enum HostProblemKind
{
    /// <summary>Its agent sends messages that are refused as a whole.</summary>
    InvalidData,

    /// <summary>Its agent sends invalid entries for single VMs.</summary>
    InvalidVms,

    /// <summary>Two agents report as this host.</summary>
    IdentityConflict,

    /// <summary>Its agent's epoch is behind that of an earlier process: its clock was set back.</summary>
    StaleAgent,
}
