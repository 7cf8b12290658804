namespace Mesh.Contracts.Migrations;

/// <summary>The result of an abort request.</summary>
public enum AbortResult
{
    /// <summary>The migration is being aborted; its end will be named.</summary>
    Aborting,

    /// <summary>There is no such migration.</summary>
    NotFound,

    /// <summary>It has ended already.</summary>
    AlreadyEnded,

    /// <summary>The VM runs on the destination already (post-copy or later); going back would lose it.</summary>
    TooLate,
}
