using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>
/// "Up on the source, down on the destination": the next host is tried if the failure was the host's and not the machine's or a
/// person's wish (seed <c>ovirt-vm-migration-states</c>; oVirt's rerun treatment).
/// </summary>
public static class Reruns
{
    /// <summary>How many hosts are tried in all; oVirt's <c>MaxRerunVmOnVdsCount</c>.</summary>
    public const int HostsTriedMax = 3;

    /// <summary>The host to be tried after the present one; null if the failure is final.</summary>
    internal static HostName? NextAfterFailure(FlightState state) =>
        state.FailedAttempts.Count(attempt => attempt.Epoch is not null) + 1 < HostsTriedMax
        && state.AbortWish is null
        && state.JobEnd is null or { Result: JobResult.Failed, HadBegun: true }
        && state.SourceWord is not ({ IsFenced: true } or { Status: VmStatus.Paused })
            ? state.Alternatives.Select(host => (HostName?)host).FirstOrDefault()
            : null;

    /// <summary>Whether an attempt on another host had begun before.</summary>
    internal static bool HaveBegun(FlightState state) => state.FailedAttempts.Any(attempt => attempt.Epoch is not null);

    /// <summary>Takes leave of the present destination; the attempt on the next begins when its epoch has been given out.</summary>
    internal static void GoTo(Turn turn, HostName next, string failure)
    {
        var state = turn.State;
        turn.Tell(new MigrationRerun
        {
            MigrationId = state.Id,
            VmName = state.VmName(),
            Source = state.Source,
            Destination = state.Destination,
            At = turn.Now,
            Failure = failure,
            Next = next,
            Attempt = state.FailedAttempts.Count + 2,
        });
        turn.State = state with
        {
            FailedAttempts = [.. state.FailedAttempts, new FailedAttempt(state.Destination, failure, state.Epoch)],
            Destination = next,
            Alternatives = [.. state.Alternatives.Where(host => host != next)],
            AwaitsEpoch = true,
            DestinationWord = null,
            WasSeenMigrating = false,
            ReachedPostCopy = false,
            TimeoutActionTaken = false,
            Stalled = false,
            StartedAt = null,
            HadArrived = false,
            CleanedUpAt = null,
            JobEnd = null,
            Verdict = null,
            Plan = null,
            PlanZero = null,
            Forecast = null,
            CarriedChanges = [],
            Recovery = null,
            Sample = null,
            Progress = default,
            Outstanding = [],
            Parameters = [],
            Refusals = [],
        };
        turn.Enter(MigrationPhase.Preparing, $"trying {next} after {state.Destination}: {failure}");
        turn.State = turn.State with { PhaseSince = turn.Now };
    }

    /// <summary>Begins the attempt on the next host, if that may take the machine.</summary>
    internal static void Begin(Turn turn, AttemptReceived attempt)
    {
        if (!turn.State.AwaitsEpoch || attempt.Destination.Host != turn.Destination)
            return;
        turn.State = turn.State with { AwaitsEpoch = false, Epoch = attempt.Epoch, PhaseSince = turn.Now };
        var refusals = Eligibility.CheckDestination(attempt.Destination, new LocatedVm(turn.Source, turn.State.Vm!), turn.Now).ToList();
        if (refusals.Count == 0)
        {
            Departure.Prepare(turn);
            return;
        }

        turn.State = turn.State with { Refusals = refusals };
        Arrival.EndWithoutMove(turn, string.Join("; ", refusals.Select(refusal => refusal.Message)));
    }
}
