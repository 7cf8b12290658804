namespace Mesh.Contracts.Agents;

/// <summary>The limits that an agent enforces without the mesh.</summary>
public enum HardLimit
{
    /// <summary>Nothing was copied for too long.</summary>
    ProgressTimeout,

    /// <summary>The migration ran for too long.</summary>
    CompletionTimeout,
}
