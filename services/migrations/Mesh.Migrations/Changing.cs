using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Policy;

namespace Mesh.Migrations;

/// <summary>How parameters of a flight are changed, by whomever; each change is recorded with who, why and what became of it.</summary>
internal static class Changing
{
    private const int ChangesKeptMax = 100;

    private static readonly (string Parameter, PolicyActionKind Kind)[] Kinds =
    [
        ("postCopy", PolicyActionKind.PostCopy), ("suspend", PolicyActionKind.Suspend), ("throttle", PolicyActionKind.Throttle),
        ("maxDowntime", PolicyActionKind.SetDowntime),
    ];

    /// <summary>Takes a person's or a program's change.</summary>
    public static void Take(Turn turn, ChangeReceived received)
    {
        var change = received.Change;
        if (ChangeRules.Objection(turn.State, change, received.Policy) is not null)
            return;
        Record(turn, new MigrationChange(change.ChangeId, change.By, change.Why, InWords(change), turn.Now));
        var byHand = turn.State.ByHand;
        turn.State = turn.State with
        {
            ByHand = new(change.MaxDowntime ?? byHand.MaxDowntime, change.Bandwidth ?? byHand.Bandwidth, change.PostCopyBandwidth ?? byHand.PostCopyBandwidth),
        };
        if (received.Policy is { } policy)
            change = Exchange(turn, change, policy);

        turn.State = turn.State with { StartOptions = StartOptions.With(turn.State.ByHand, turn.State.Options) };
        if (turn.State.Phase < MigrationPhase.Starting)
            turn.State = turn.State with { WaitingChanges = [.. turn.State.WaitingChanges, change] };
        else
            Give(turn, change);
    }

    /// <summary>Gives a change of the flight's own: its policy's, or its request's.</summary>
    public static void GiveOwn(Turn turn, string by, string why, ChangeMigration change)
    {
        var id = NextId(turn);
        Record(turn, new MigrationChange(id, by, why, InWords(change), turn.Now));
        Give(turn, change with { ChangeId = id });
    }

    /// <summary>The identity of a change of the flight's own: that of the command which carries it out.</summary>
    public static string NextId(Turn turn) => $"{turn.State.Id}.{turn.State.Epoch}.{turn.State.CommandsGiven + 1}";

    /// <summary>Gives what was asked for before there was a job.</summary>
    public static void GiveWaiting(Turn turn)
    {
        var waiting = turn.State.WaitingChanges;
        turn.State = turn.State with { WaitingChanges = [] };
        foreach (var change in waiting)
            Give(turn, change);
    }

    /// <summary>Takes what the source says became of a change.</summary>
    public static void TakeAnswer(Turn turn, CommandAnswer answer)
    {
        if (turn.State.CarriedChanges.FirstOrDefault(carried => carried.Command == answer.CommandId) is not { } carried)
            return;
        turn.State = turn.State with { CarriedChanges = [.. turn.State.CarriedChanges.Where(other => other != carried)] };
        var parameters = answer.Parameters.Count > 0 || answer.Result == CommandResult.Done
            ? answer.Parameters
            : [new ParameterAnswer("all", ParameterResult.Refused, Answers.InWords(answer))];
        if (Find(turn.State, carried.ChangeId) is { } change)
        {
            Update(turn, change with { Answers = [.. change.Answers ?? [], .. parameters] });
            Tell(turn, parameters, change.By, change.Why.Length > 0 ? change.Why : change.What);
        }

        Note(turn, parameters);
        if (carried.IsForced && IsRefused(parameters, "postCopy"))
            Give(turn, new ChangeMigration { Id = turn.State.Id, ChangeId = carried.ChangeId, By = "", Suspend = true });
    }

    /// <summary>Tells what became of parameters, and keeps it for whoever asks later.</summary>
    public static void Tell(Turn turn, IReadOnlyList<ParameterAnswer> parameters, string? by, string reason)
    {
        var changed = parameters.Select(parameter => parameter.Parameter).ToHashSet(StringComparer.Ordinal);
        turn.State = turn.State with { Parameters = [.. turn.State.Parameters.Where(old => !changed.Contains(old.Parameter)), .. parameters] };
        turn.Tell(new MigrationParametersChanged
        {
            MigrationId = turn.State.Id,
            VmName = turn.State.VmName(),
            Source = turn.State.Source,
            Destination = turn.State.Destination,
            At = turn.Now,
            Parameters = parameters,
            By = by,
            Reason = reason,
        });
    }

    public static MigrationChange? Find(FlightState state, string changeId) =>
        state.Changes.FirstOrDefault(change => string.Equals(change.ChangeId, changeId, StringComparison.Ordinal));

    /// <summary>What a change asks for, in words; empty if nothing.</summary>
    public static string InWords(ChangeMigration change)
    {
        List<string> words = [];
        if (change.Policy is { } policy)
            words.Add($"policy {policy}");
        if (change.MaxDowntime is { } downtime)
            words.Add($"max downtime {downtime.TotalMilliseconds:0} ms");
        if (change.Bandwidth is { } rate)
            words.Add($"bandwidth {rate}");
        if (change.PostCopyBandwidth is { } pulled)
            words.Add($"post-copy bandwidth {pulled}");
        if (change.Throttle is { } throttle)
            words.Add(throttle.Value == 0 ? "no throttle" : $"throttle {throttle}");
        if (change.AutoConverge is { } autoConverge)
            words.Add($"auto-converge {OnOrOff(autoConverge)}");
        if (change.Compression is { } compression)
            words.Add($"compression {OnOrOff(compression)}");
        if (change.StallingLimit is { } stalling)
            words.Add($"stalling limit {stalling.TotalSeconds:0.#} s");
        if (change.PostCopy is true)
            words.Add("post-copy");
        if (change.Suspend is true)
            words.Add("suspend");
        if (change.ForceComplete)
            words.Add("force the completion");
        return string.Join(", ", words);
    }

    /// <summary>Follows the other policy, and leaves of the change what the source has to do for it.</summary>
    private static ChangeMigration Exchange(Turn turn, ChangeMigration change, EffectivePolicy policy)
    {
        Steering.Exchange(turn, policy);
        if (turn.State.Phase < MigrationPhase.Starting)
        {
            // Nothing is armed yet: the migration begins as the other policy says.
            var begins = StartOptions.Of(turn.State.Request, policy.Policy);
            if (turn.State.MayTransfer && begins.PostCopy && !turn.State.Options.PostCopy)
            {
                begins = begins with { PostCopy = false, PostCopyBandwidth = null };
                Answer(turn, change.ChangeId, new("postCopy", ParameterResult.Refused, "the scheduler has let it copy as one that cannot change over; steps that need it are passed over"));
            }

            turn.State = turn.State with { StartOptions = begins };
            return Keep(turn, change, "the migration begins with it");
        }

        // What the request or a person has set stays.
        var (start, permits, options) = (policy.Policy.Start, policy.Policy.Permits, turn.State.Options);
        var asked = StartOptions.With(turn.State.ByHand, turn.State.Request.Options);
        change = Keep(turn, change, "from the next sample on") with
        {
            MaxDowntime = change.MaxDowntime ?? (asked.MaxDowntime is null ? start.MaxDowntime : null),
            Bandwidth = change.Bandwidth ?? (asked.Bandwidth is null ? start.Bandwidth : null),
            AutoConverge = change.AutoConverge ?? (start.AutoConverge && permits.Throttle && !options.AutoConverge ? true : null),
        };
        if (start.PostCopy && permits.PostCopy && !options.PostCopy)
            Answer(turn, change.ChangeId, new("postCopy", ParameterResult.Refused, "QEMU arms it only at the start; steps that need it are passed over"));
        return change;
    }

    private static ChangeMigration Keep(Turn turn, ChangeMigration change, string when)
    {
        Answer(turn, change.ChangeId, new("policy", ParameterResult.Applied, $"{turn.State.Policy!.Policy.Name}, {when}"));
        return change;
    }

    private static void Give(Turn turn, ChangeMigration change)
    {
        var isForced = change.ForceComplete && turn.State.Options.PostCopy;
        var parameters = new ChangeParameters
        {
            CommandId = default,
            MigrationId = turn.State.Id,
            Epoch = turn.State.Epoch,
            VmId = turn.State.Vm!.Id,
            MaxDowntime = change.MaxDowntime,
            Bandwidth = change.Bandwidth,
            PostCopyBandwidth = change.PostCopyBandwidth,
            PostCopy = isForced ? true : change.PostCopy,
            Suspend = change.ForceComplete && !isForced ? true : change.Suspend,
            Compression = change.Compression,
            AutoConverge = change.AutoConverge,
            Throttle = change.Throttle,
            StallingLimit = change.StallingLimit,
            Limits = change.Policy is null ? null : turn.State.AgentLimits(),
        };
        turn.Give(turn.Source, head => parameters with { CommandId = head.CommandId, TraceParent = head.TraceParent });
        var command = turn.State.Outstanding[^1].Command.CommandId;
        turn.State = turn.State with { CarriedChanges = [.. turn.State.CarriedChanges, new CarriedChange(command, change.ChangeId, isForced)] };
        if (turn.State.Plan is { } plan)
            turn.State = turn.State with { Plan = Plan.Note(plan, Of(plan.Knobs, parameters)) };
    }

    /// <summary>What the source refused is not asked for again by the plan.</summary>
    private static void Note(Turn turn, IReadOnlyList<ParameterAnswer> parameters)
    {
        foreach (var (name, kind) in Kinds)
            if (turn.State.Plan is { } plan && IsRefused(parameters, name))
                turn.State = turn.State with { Plan = Plan.Refused(plan, kind) };
    }

    private static Knobs Of(Knobs knobs, ChangeParameters change) => knobs with
    {
        Downtime = change.MaxDowntime ?? knobs.Downtime,
        Bandwidth = change.Bandwidth ?? knobs.Bandwidth,
        Throttle = change.Throttle is { } throttle ? throttle.Value == 0 ? null : throttle : knobs.Throttle,
        IsSuspended = knobs.IsSuspended || change.Suspend is true,
        IsPostCopy = knobs.IsPostCopy || change.PostCopy is true,
    };

    private static bool IsRefused(IReadOnlyList<ParameterAnswer> parameters, string name) => parameters.Any(parameter =>
        parameter.Result == ParameterResult.Refused && (parameter.Parameter.Equals(name, StringComparison.Ordinal) || parameter.Parameter.Equals("all", StringComparison.Ordinal)));

    /// <summary>Keeps a change, and tells of it.</summary>
    public static void Record(Turn turn, MigrationChange change)
    {
        turn.State = turn.State with { Changes = [.. turn.State.Changes.TakeLast(ChangesKeptMax - 1), change] };
        turn.Tell(new MigrationDecided
        {
            MigrationId = turn.State.Id,
            VmName = turn.State.VmName(),
            Source = turn.State.Source,
            Destination = turn.State.Destination,
            At = turn.Now,
            ChangeId = change.ChangeId,
            By = change.By,
            What = change.What,
            Why = change.Why,
        });
    }

    /// <summary>Keeps what became of a part of a change, and tells of it.</summary>
    public static void Answer(Turn turn, string changeId, ParameterAnswer answer)
    {
        if (Find(turn.State, changeId) is not { } change)
            return;
        Update(turn, change with { Answers = [.. change.Answers ?? [], answer] });
        Tell(turn, [answer], change.By, change.Why.Length > 0 ? change.Why : change.What);
    }

    private static void Update(Turn turn, MigrationChange changed) => turn.State = turn.State with
    {
        Changes = [.. turn.State.Changes.Select(change => string.Equals(change.ChangeId, changed.ChangeId, StringComparison.Ordinal) ? changed : change)],
    };

    private static string OnOrOff(bool value) => value ? "on" : "off";
}
