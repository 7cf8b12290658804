using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>An attempt goes to a host that its migration may go to and that has not failed it before, and to no other one as long as it lasts.</summary>
internal sealed class AdmissionsAreAllowed : Invariant
{
    private readonly Dictionary<(MigrationId Id, int Attempt), (HostName Destination, Epoch Epoch)> _attempts = [];

    /// <summary>Watches commits.</summary>
    public AdmissionsAreAllowed(World world)
        : base(world) => world.Changed += Look;

    /// <inheritdoc />
    public override string Name => "each attempt goes to one host, which may take it";

    private void Look(FlightBrief flight)
    {
        if (flight.Phase == MigrationPhase.Queued || flight.Destination is not { } to)
            return;
        var attempt = (flight.Id, flight.FailedAttempts.Count);
        if (_attempts.TryAdd(attempt, (to, flight.Epoch)))
        {
            World.Trace.Add("admitted", $"{flight.Id}, attempt {flight.FailedAttempts.Count + 1}, from {flight.Source} to {to}, {(flight.MayTransfer ? "copy" : "prepare")}");
            if (flight.Wish.AllowedHosts.Count > 0 && !flight.Wish.AllowedHosts.Contains(to))
                Fail($"{flight.Id} goes to {to}, and may only go to {string.Join(", ", flight.Wish.AllowedHosts)}");
            if (flight.FailedAttempts.Any(failed => failed.Destination == to))
                Fail($"{flight.Id} goes to {to}, which has failed it before");
            if (flight.Source == to)
                Fail($"{flight.Id} goes to {to}, where its machine is");
        }
        else if (_attempts[attempt] != (to, flight.Epoch))
        {
            Fail($"attempt {flight.FailedAttempts.Count + 1} of {flight.Id} goes to {to}, and has gone to {_attempts[attempt].Destination} before");
        }
    }
}
