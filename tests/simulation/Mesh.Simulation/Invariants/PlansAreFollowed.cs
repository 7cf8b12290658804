using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Migrations;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>A policy takes each of its steps once in an attempt, whatever crashes meanwhile, and does nothing that is not permitted.</summary>
internal sealed class PlansAreFollowed(World world) : Invariant(world)
{
    /// <inheritdoc />
    public override string Name => "plans go on where they stood, and do only what is permitted";

    /// <inheritdoc />
    public override void AtEnd()
    {
        foreach (var flight in World.Store.Flights().Where(flight => flight.Policy is not null && !WasExchanged(flight)))
        {
            var policy = flight.Policy!.Policy;
            var own = flight.Changes.Where(change => change.By == $"policy {policy.Name}").ToList();
            if (!policy.Steps.Any(step => step.Repeat) && Twice(own) is { } twice)
                Fail($"{flight.Id} took a step of {policy.Name} twice: {twice.What}, {twice.Why}");
            if (own.FirstOrDefault(change => !IsPermitted(change, policy.Permits.And(flight.Request.Allow ?? PolicyPermissions.All))) is { } forbidden)
                Fail($"{flight.Id} was changed by {policy.Name} as its request forbids: {forbidden.What}, {forbidden.Why}");
        }
    }

    private static bool WasExchanged(FlightState flight) => flight.Changes.Any(change => change.What.StartsWith("policy ", StringComparison.Ordinal));

    // The change's identity begins with migration and epoch, its reason with the step.
    private static MigrationChange? Twice(IReadOnlyList<MigrationChange> changes) => changes
        .Where(change => change.Why.StartsWith("step ", StringComparison.Ordinal))
        .GroupBy(change => (change.ChangeId[..change.ChangeId.LastIndexOf('.')], change.Why[..change.Why.IndexOf(':', StringComparison.Ordinal)]))
        .FirstOrDefault(taken => taken.Count() > 1)?.Last();

    private static bool IsPermitted(MigrationChange change, PolicyPermissions permits) => change.What switch
    {
        "post-copy" => permits.PostCopy,
        "suspend" => permits.Pause,
        _ when change.What.StartsWith("throttle", StringComparison.Ordinal) => permits.Throttle,
        _ => true,
    };
}
