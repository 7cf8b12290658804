using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;

namespace Mesh.Migrations;

/// <summary>How a flight begins: with the preparation of the destination, or with a refusal.</summary>
internal static class Departure
{
    public static Transition Begin(RequestReceived received, DateTimeOffset now)
    {
        var request = received.Request;
        var located = Eligibility.Locate(received.Facts);
        var (destination, passedOver, refusals) = Eligibility.Check(request, located, received.Facts, now);
        var state = new FlightState
        {
            Request = request,
            Epoch = received.Epoch,
            Vm = located?.Vm,
            Source = located?.Host,
            Destination = destination,
            Alternatives = Eligibility.After(received.Facts, destination),
            FailedAttempts = passedOver,
            Policy = received.Facts.Policy,
            StartOptions = StartOptions.Of(request, received.Facts.Policy?.Policy),
            DisksToCopy = located is null ? [] : Disks.ToCopy(located.Vm, request.Options),
            Phase = MigrationPhase.Preparing,
            At = now,
            PhaseSince = now,
            RequestedAt = now,
            Refusals = refusals,
        };

        var turn = new Turn(state, now);
        if (refusals.Count > 0)
        {
            turn.End(MigrationOutcome.Refused, string.Join("; ", refusals.Select(refusal => refusal.Message)));
            return turn.Done();
        }

        turn.Tell(new MigrationRequested
        {
            MigrationId = state.Id,
            VmName = state.VmName(),
            Source = state.Source,
            Destination = destination,
            At = now,
            RequestedBy = request.RequestedBy,
        });
        Prepare(turn);
        return turn.Done();
    }

    /// <summary>Tells the destination to prepare.</summary>
    public static void Prepare(Turn turn)
    {
        var state = turn.State;
        turn.Give(turn.Destination, head => new PrepareIncoming
        {
            CommandId = head.CommandId,
            MigrationId = head.MigrationId,
            Epoch = head.Epoch,
            VmId = head.VmId,
            TraceParent = head.TraceParent,
            Vm = state.Vm!,
            Source = turn.Source,
            DisksToCreate = state.DisksToCopy,
            CopyStorage = state.Options.CopyStorage,
        });
    }

    public static void Start(Turn turn, string destinationUri)
    {
        turn.Enter(MigrationPhase.Starting);
        turn.State = turn.State with { DestinationUri = destinationUri, Plan = Steering.Begin(turn.State), PlanZero = null, Forecast = null };
        var state = turn.State;
        turn.Give(turn.Source, head => new StartMigration
        {
            CommandId = head.CommandId,
            MigrationId = head.MigrationId,
            Epoch = head.Epoch,
            VmId = head.VmId,
            TraceParent = head.TraceParent,
            Destination = turn.Destination,
            DestinationUri = destinationUri,
            Options = state.Options with { MigrateDisks = [.. state.DisksToCopy.Select(disk => disk.Target)] },
            Limits = state.AgentLimits(),
            DataSize = state.DataSize(),
        });
        Changing.GiveWaiting(turn);
    }
}
