namespace Mesh.Contracts.Migrations;

/// <summary>What becomes of a wish to change a migration.</summary>
public enum ChangeResult
{
    /// <summary>It is passed on; what became of each parameter is told when the host has answered.</summary>
    Accepted,

    /// <summary>Nothing was changed, for the reasons given.</summary>
    Refused,

    /// <summary>There is no such migration.</summary>
    NotFound,

    /// <summary>It has ended already, or its job is over.</summary>
    AlreadyEnded,
}
