namespace Mesh.Contracts.Scheduling;

/// <summary>Where a drain stands.</summary>
public enum DrainState
{
    /// <summary>Only looked at: a dry run.</summary>
    Planned,

    /// <summary>Machines are moved.</summary>
    Running,

    /// <summary>Every machine that could be moved has moved.</summary>
    Done,

    /// <summary>Some machines are left that need a person.</summary>
    Stuck,

    /// <summary>Somebody has withdrawn it.</summary>
    Withdrawn,
}
