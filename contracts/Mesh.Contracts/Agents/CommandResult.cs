namespace Mesh.Contracts.Agents;

/// <summary>How a command went.</summary>
public enum CommandResult
{
    /// <summary>Done, or for <see cref="StartMigration"/>: taken up.</summary>
    Succeeded,

    /// <summary>Not done because something forbids it; nothing was changed.</summary>
    Rejected,

    /// <summary>Failed; what was started has been undone.</summary>
    Failed,
}
