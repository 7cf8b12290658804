using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Scheduler.Checking;

namespace Mesh.Migrations;

/// <summary>How a flight begins: it waits for its admission, or is refused; admitted, its destination prepares and its source starts.</summary>
internal static class Departure
{
    public static Transition Begin(RequestReceived received, DateTimeOffset now)
    {
        var request = received.Request;
        var located = VmRules.Locate(received.Facts.Candidates);
        var refusals = RequestRules.Refusals(received, located);
        var state = new FlightState
        {
            Request = request,
            Wish = QueueWish.Of(request),
            Vm = located?.Vm,
            Source = located?.Host,
            Policy = received.Facts.Policy,
            StartOptions = StartOptions.Of(request, received.Facts.Policy?.Policy),
            DisksToCopy = located is null ? [] : CopiedDisks.Of(located.Vm, request.Options),
            Phase = MigrationPhase.Queued,
            QueuedAt = now,
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
            At = now,
            RequestedBy = request.RequestedBy,
        });
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

    /// <summary>The destination is ready: the source starts, if it may copy already.</summary>
    public static void TakePrepared(Turn turn, string destinationUri)
    {
        turn.State = turn.State with { DestinationUri = destinationUri };
        if (turn.State.MayTransfer)
            Start(turn);
        else
            turn.Enter(MigrationPhase.Ready);
    }

    /// <summary>Tells the source to start.</summary>
    public static void Start(Turn turn)
    {
        turn.Enter(MigrationPhase.Starting);
        turn.State = turn.State with { Plan = Steering.Begin(turn.State), PlanZero = null, Forecast = null };
        var state = turn.State;
        turn.Give(turn.Source, head => new StartMigration
        {
            CommandId = head.CommandId,
            MigrationId = head.MigrationId,
            Epoch = head.Epoch,
            VmId = head.VmId,
            TraceParent = head.TraceParent,
            Destination = turn.Destination,
            DestinationUri = state.DestinationUri,
            Options = state.Options with
            {
                MigrateDisks = [.. state.DisksToCopy.Select(disk => disk.Target)],
                Bandwidth = state.Options.Bandwidth ?? state.Share,
            },
            Limits = state.AgentLimits(),
            DataSize = state.DataSize(),
        });
        Changing.GiveWaiting(turn);
    }
}
