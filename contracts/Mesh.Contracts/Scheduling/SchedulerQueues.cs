namespace Mesh.Contracts.Scheduling;

/// <summary>Queues of the scheduler for the other services of the mesh.</summary>
public static class SchedulerQueues
{
    /// <summary>Requests with a reply: <see cref="Migrations.RequestMigration"/>, <see cref="RescheduleMigration"/>, drains, cordons, rules and the queries.</summary>
    public const string Requests = "mesh.scheduler.requests";
}
