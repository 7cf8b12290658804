namespace Mesh.Scheduler.Queueing;

/// <summary>What a migration takes up.</summary>
public enum SlotKind
{
    /// <summary>Nothing: it waits.</summary>
    None,

    /// <summary>It prepares, or is prepared and waits to copy: one of <c>PreparingPerHost</c> on its source and on its destination.</summary>
    Preparing,

    /// <summary>It copies, or may as soon as it is prepared: a place in the mesh, on both hosts and on their links.</summary>
    Copying,
}
