using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>
/// Asks to change a running migration: its parameters or its policy. Asking again with the same identity changes nothing
/// and gets the same answer.
/// </summary>
[MessageName("change-migration")]
public sealed record ChangeMigration
{
    /// <summary>The migration.</summary>
    public required MigrationId Id { get; init; }

    /// <summary>The change's identity, chosen by the caller.</summary>
    public required string ChangeId { get; init; }

    /// <summary>Who requests it, for the audit log.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Why, for the audit log; may be empty.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The new parameters.</summary>
    public MigrationParameters Parameters { get; init; } = new();

    /// <summary>The name of the new policy; null leaves the current one.</summary>
    public string? Policy { get; init; }

    /// <summary>Whether to complete the migration now: by post-copy if it is armed, otherwise by suspending the VM.</summary>
    public bool ForceComplete { get; init; }
}
