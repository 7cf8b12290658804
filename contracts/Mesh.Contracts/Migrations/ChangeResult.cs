namespace Mesh.Contracts.Migrations;

/// <summary>The result of a request to change a migration.</summary>
public enum ChangeResult
{
    /// <summary>It was sent to the source; the result for each parameter is known once the host has answered.</summary>
    Accepted,

    /// <summary>Nothing was changed, for the reasons given.</summary>
    Refused,

    /// <summary>There is no such migration.</summary>
    NotFound,

    /// <summary>The migration or its job has already ended.</summary>
    AlreadyEnded,
}
