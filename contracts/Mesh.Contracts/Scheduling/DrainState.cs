namespace Mesh.Contracts.Scheduling;

/// <summary>Where a drain stands.</summary>
public enum DrainState
{
    /// <summary>Only looked at: a dry run.</summary>
    Planned,

    /// <summary>Machines are moved.</summary>
    Running,

    /// <summary>Every machine that could be moved has moved.</summary>
    Completed,

    /// <summary>Some machines are left that need a person.</summary>
    Blocked,

    /// <summary>Somebody has withdrawn it.</summary>
    Cancelled,
}
