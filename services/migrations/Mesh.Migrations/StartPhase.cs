using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Hypervisor;

namespace Mesh.Migrations;

/// <summary>Starts a migration: it is queued or rejected; once admitted, its destination prepares and its source starts.</summary>
internal static class StartPhase
{
    public static Transition Begin(RequestReceived received, DateTimeOffset now)
    {
        var request = received.Request;
        var located = VmLocator.Locate(received.Facts.Candidates);
        var refusals = RequestRules.Check(received, located);
        var state = new MigrationState
        {
            Request = request,
            Preferences = SchedulingPreferences.FromRequest(request),
            Vm = located?.Vm,
            Source = located?.Host,
            Policy = received.Facts.Policy,
            StartOptions = StartOptions.Resolve(request, received.Facts.Policy?.Policy),
            DisksToCopy = located is null ? [] : CopiedDisks.Select(located.Vm, request.Options),
            Phase = MigrationPhase.Queued,
            QueuedAt = now,
            UpdatedAt = now,
            PhaseSince = now,
            RequestedAt = now,
            Refusals = refusals,
        };

        var context = new TransitionContext(state, now);
        if (refusals.Count > 0)
        {
            context.End(MigrationOutcome.Refused, string.Join("; ", refusals.Select(refusal => refusal.Message)));
            return context.ToTransition();
        }

        context.Publish(new MigrationRequested
        {
            RequestedBy = request.RequestedBy,
        });
        return context.ToTransition();
    }

    /// <summary>Sends the preparation to the destination.</summary>
    public static void Prepare(TransitionContext context)
    {
        var state = context.State;
        context.Send(context.Destination, new PrepareIncoming
        {
            Vm = state.Vm!,
            Source = context.Source,
            DisksToCreate = state.DisksToCopy,
            CopyStorage = state.Options.CopyStorage,
        });
    }

    /// <summary>The destination is ready: the source starts, if the migration may copy yet.</summary>
    public static void HandlePrepared(TransitionContext context, string destinationUri)
    {
        context.State = context.State with { DestinationUri = destinationUri };
        if (context.State.MayTransfer)
            Start(context);
        else
            context.EnterPhase(MigrationPhase.Ready);
    }

    /// <summary>Sends the start to the source.</summary>
    public static void Start(TransitionContext context)
    {
        context.EnterPhase(MigrationPhase.Starting);
        context.State = context.State with { Plan = PolicyDriver.CreatePlan(context.State), CopyStartedAt = null, Forecast = null };
        var state = context.State;
        context.Send(context.Source, new StartMigration
        {
            Destination = context.Destination,
            DestinationUri = state.DestinationUri,
            Options = state.Options with
            {
                MigrateDisks = [.. state.DisksToCopy.Select(disk => disk.Target)],
                Bandwidth = state.Options.Bandwidth ?? state.Share,
            },
            Limits = state.AgentLimits(),
            DataSize = state.DataSize(),
        });
        ChangeHandler.SendDeferred(context);
    }
}
