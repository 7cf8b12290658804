using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Migrations;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>A policy takes each of its steps once per attempt, whatever crashes meanwhile, and does only what is permitted.</summary>
internal sealed class PolicyStepsHappenOnce(World world) : Invariant(world)
{
    /// <inheritdoc />
    public override string Name => "plans resume after a crash and do only what is permitted";

    /// <inheritdoc />
    public override void AtEnd()
    {
        foreach (var migration in World.MigrationsStore.ReadMigrations().Where(migration => migration.Policy is not null && !PolicyWasReplaced(migration)))
        {
            var policy = migration.Policy!.Policy;
            var own = migration.Changes.Where(change => change.Origin is ChangeOrigin.Policy && change.RequestedBy == policy.Name).ToList();
            if (!policy.Steps.Any(step => step.Repeat) && FindRepeatedStep(own) is { } repeated)
                Fail($"{migration.Id} took a step of {policy.Name} twice: {repeated.Description}, {repeated.Reason}");
            if (own.FirstOrDefault(change => !IsPermitted(change, policy.Permits.Intersect(migration.Request.Allow ?? PolicyPermissions.All))) is { } forbidden)
                Fail($"{migration.Id} was changed by {policy.Name} without permission: {forbidden.Description}, {forbidden.Reason}");
        }
    }

    private static bool PolicyWasReplaced(MigrationState migration) =>
        migration.Changes.SelectMany(change => change.Answers ?? []).Any(answer => answer.Parameter is MigrationParameter.Policy);

    // The change's identity begins with migration and epoch, its reason with the step.
    private static MigrationChange? FindRepeatedStep(IReadOnlyList<MigrationChange> changes) => changes
        .Where(change => change.Reason.StartsWith("step ", StringComparison.Ordinal))
        .GroupBy(change => (change.ChangeId[..change.ChangeId.LastIndexOf('.')], change.Reason[..change.Reason.IndexOf(':', StringComparison.Ordinal)]))
        .FirstOrDefault(taken => taken.Count() > 1)?.Last();

    private static bool IsPermitted(MigrationChange change, PolicyPermissions permits) => change.Description switch
    {
        "post-copy" => permits.PostCopy,
        "suspend" => permits.Suspend,
        _ when change.Description.StartsWith("throttle", StringComparison.Ordinal) => permits.Throttle,
        _ => true,
    };
}
