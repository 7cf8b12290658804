namespace Mesh.Contracts.Scheduling;

/// <summary>Where a drain stands.</summary>
public enum DrainState
{
    /// <summary>A dry run: only planned.</summary>
    Planned,

    /// <summary>VMs are moved.</summary>
    Running,

    /// <summary>Every VM that could be moved has moved.</summary>
    Completed,

    /// <summary>Some VMs are left that need a person.</summary>
    Blocked,

    /// <summary>It was cancelled.</summary>
    Cancelled,
}
