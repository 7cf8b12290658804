namespace Mesh.Contracts.Agents;

/// <summary>The limits that an agent enforces without the mesh.</summary>
public enum HardLimit
{
    /// <summary>The migration came no nearer to its end for too long.</summary>
    ProgressTimeout,

    /// <summary>The migration ran for too long.</summary>
    CompletionTimeout,

    /// <summary>The migration, which has no completion timeout, ran for too long while nothing was heard from the mesh.</summary>
    AutonomyTimeout,
}
