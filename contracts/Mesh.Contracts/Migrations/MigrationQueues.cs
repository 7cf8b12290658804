namespace Mesh.Contracts.Migrations;

/// <summary>Queues of the migrations service for the other services of the mesh.</summary>
public static class MigrationQueues
{
    /// <summary>Requests with a reply: <see cref="Migrations.RequestMigration"/>, <see cref="Migrations.AbortMigration"/>, <see cref="Hosts.FenceHost"/> and the queries.</summary>
    public const string Requests = "mesh.migrations.requests";
}
