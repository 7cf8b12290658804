using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Checking;

namespace Mesh.Migrations;

/// <summary>What the scheduler's word does to a flight that waits.</summary>
internal static class Admitting
{
    private const string Scheduler = "scheduler";

    /// <summary>Begins the attempt that it waited for.</summary>
    public static void Begin(Turn turn, AttemptReceived attempt)
    {
        var (state, admission, vm) = (turn.State, attempt.Admission, attempt.Vm);
        if (state.Phase != MigrationPhase.Queued || state.Attempt != admission.Attempt)
            return;
        turn.State = state with
        {
            Destination = admission.Destination,
            Epoch = attempt.Epoch,
            Choice = admission.Choice,
            MayTransfer = admission.MayTransfer,
            Share = admission.Bandwidth,

            // It may have been changed, or moved outside the mesh, while it waited.
            Vm = vm.Vm,
            Source = vm.Host,
            SourceWord = vm.Host == state.Source ? state.SourceWord : null,
            DisksToCopy = CopiedDisks.Of(vm.Vm, state.Request.Options),
        };
        turn.Enter(MigrationPhase.Preparing, admission.Choice?.Why ?? "");
        Departure.Prepare(turn);
    }

    /// <summary>Lets it copy, or gives it another share of the link while it does.</summary>
    public static void LetCopy(Turn turn, BytesPerSecond? share)
    {
        if (turn.State.Phase is < MigrationPhase.Preparing or > MigrationPhase.PreCopy)
            return;
        var before = turn.State.Share;
        turn.State = turn.State with { MayTransfer = true, Share = share ?? before };
        if (turn.State.Phase == MigrationPhase.Ready)
            Departure.Start(turn);
        else if (turn.State is { Phase: MigrationPhase.Starting or MigrationPhase.PreCopy, AbortWish: null, Share: { } changed } && changed != before && IsOnlyShared(turn.State, before))
            Changing.GiveOwn(turn, Scheduler, "its share of the link", new ChangeMigration { Id = turn.State.Id, ChangeId = "", By = "", Bandwidth = changed });
    }

    // The policy may have set a limit meanwhile: then what was set last is not the share.
    private static bool IsOnlyShared(FlightState state, BytesPerSecond? share) =>
        state.Options.Bandwidth is null && (state.Plan?.Knobs.Bandwidth == share || state.Plan?.Knobs.Bandwidth == Steering.Unlimited);

    /// <summary>No host can take it.</summary>
    public static void Dismiss(Turn turn, IReadOnlyList<Refusal> refusals)
    {
        if (turn.State.Phase != MigrationPhase.Queued)
            return;
        turn.State = turn.State with { Refusals = refusals };
        var reasons = string.Join("; ", refusals.Select(refusal => refusal.Message));
        if (Reruns.HaveBegun(turn.State))
            turn.End(MigrationOutcome.Failed, $"{turn.State.FailedAttempts[^1].Failure}; no other host can take the machine: {reasons}");
        else
            turn.End(MigrationOutcome.Refused, reasons);
    }

    /// <summary>Takes another priority, or other hosts.</summary>
    public static void Reschedule(Turn turn, RescheduleMigration wish)
    {
        var state = turn.State;
        if (Admissions.Objection(state, wish) is not null)
            return;
        var id = Changing.NextId(turn);
        turn.State = state with
        {
            // Numbered like a command, so that no other change bears the same identity.
            CommandsGiven = state.CommandsGiven + 1,
            Wish = new QueueWish(
                wish.Priority ?? state.Wish.Priority,
                wish.ToAny ? [] : wish.To is null ? state.Wish.AllowedHosts : QueueWish.Hosts(wish.To, wish.Alternatives),
                wish.Preferred ?? (wish.ToAny || wish.To is not null ? null : state.Wish.Preferred)),
        };
        Changing.Record(turn, new MigrationChange(id, wish.By, "", InWords(wish), turn.Now));
    }

    private static string InWords(RescheduleMigration wish)
    {
        List<string> words = [];
        if (wish.Priority is { } priority)
            words.Add($"priority {priority}");
        if (wish.ToAny)
            words.Add("to any host");
        if (wish.To is not null)
            words.Add($"to {string.Join(", or to ", QueueWish.Hosts(wish.To, wish.Alternatives))}");
        if (wish.Preferred is { } preferred)
            words.Add($"preferably to {preferred}");
        return string.Join(", ", words);
    }
}
