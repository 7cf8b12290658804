namespace Mesh.Contracts.Migrations;

/// <summary>The result of an abort request.</summary>
public enum AbortResult
{
    /// <summary>The migration is being aborted; its outcome follows.</summary>
    Aborting,

    /// <summary>There is no such migration.</summary>
    NotFound,

    /// <summary>It has already ended.</summary>
    AlreadyEnded,

    /// <summary>The VM already runs on the destination (post-copy or later); an abort would lose it.</summary>
    TooLate,
}
