namespace Mesh.Agent.Hypervisors;

/// <summary>The two stages of copying memory, each with a data rate of its own.</summary>
public enum CopyStage
{
    /// <summary>While the machine runs on the source.</summary>
    PreCopy,

    /// <summary>While the machine runs on the destination.</summary>
    PostCopy,
}
