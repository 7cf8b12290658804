namespace Mesh.Contracts.Agents;

/// <summary>The result of a command.</summary>
public enum CommandResult
{
    /// <summary>Done, or for <see cref="StartMigration"/>: started.</summary>
    Succeeded,

    /// <summary>Refused; nothing was changed.</summary>
    Rejected,

    /// <summary>Failed; what was started has been undone.</summary>
    Failed,
}
