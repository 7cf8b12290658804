using System.Text.Json;
using Mesh.Contracts.Serialization;
using Mesh.Migrations;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>The journal of every flight, applied from the beginning, gives the state that is stored.</summary>
internal sealed class JournalsReplay(World world) : Invariant(world)
{
    /// <inheritdoc />
    public override string Name => "journals replay to the stored state";

    /// <inheritdoc />
    public override void AtEnd()
    {
        if (World.Plant is not null)
            return;
        foreach (var flight in World.Store.Flights())
        {
            FlightState? replayed = null;
            foreach (var (at, input) in World.Store.Journal(flight.Id))
                replayed = Flight.Apply(replayed, input, at).State;
            if (JsonSerializer.Serialize(replayed, MeshJson.Options) != JsonSerializer.Serialize(flight, MeshJson.Options))
                Fail($"the journal of {flight.Id} leads to another state than the stored one");
        }
    }
}
