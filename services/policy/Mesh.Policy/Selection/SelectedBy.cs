namespace Mesh.Policy.Selection;

/// <summary>What decided which policy counts for a machine.</summary>
public enum SelectedBy
{
    /// <summary>The request named it.</summary>
    Request,

    /// <summary>It is the machine's own.</summary>
    Override,

    /// <summary>The machine's labels.</summary>
    Labels,

    /// <summary>Nothing else did.</summary>
    Default,
}
