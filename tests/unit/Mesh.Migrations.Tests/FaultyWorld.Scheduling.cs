using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hypervisor;

namespace Mesh.Migrations.Tests;

internal sealed partial class FaultyWorld
{
    private static readonly BytesPerSecond Limit = BytesPerSecond.FromMebibytes(77);

    private RequestMigration RandomRequest(MigrationOptions options) => _random.Next(3) switch
    {
        0 => Given.Request(options),
        1 => Given.Request(options, alternatives: Given.Third),
        _ => Given.Request(options) with { To = null },
    };

    /// <summary>
    /// A small scheduler. It runs from time to time; its messages are delayed like any other, so they arrive late, twice, or for a later
    /// attempt. Lost messages are sent again.
    /// </summary>
    private void Schedule()
    {
        if (State!.Phase == MigrationPhase.Queued)
            ChooseHost();
        else if (State is { MayTransfer: false, Phase: MigrationPhase.Preparing or MigrationPhase.Ready } && (!IsFaulty || Chance(0.4)))
            RepeatAdmission();
        else if (IsFaulty && Chance(0.1) && State is { MayTransfer: true, Destination: not null, HasEnded: false })
            RepeatAdmission();
        At(Within(10), Schedule);
    }

    private void ChooseHost()
    {
        var allowed = State!.Preferences.AllowedHosts is { Count: > 0 } named ? named : [.. Hosts.Where(host => host != Given.Source)];
        var remaining = allowed.Where(host => State.FailedAttempts.All(failed => failed.Destination != host)).ToList();
        var attempt = State.Attempt;
        if (remaining.Count == 0 || (!IsFaulty && _dead.IsSupersetOf(remaining)))
        {
            Send(() => Dismiss(attempt));
            return;
        }

        var host = remaining[_random.Next(remaining.Count)];
        var admission = Given.Admission(host, attempt, !IsFaulty || Chance(0.6), RandomShare());
        Send(() => Deliver(admission));
    }

    private void RepeatAdmission()
    {
        var admission = Given.Admission(State!.Destination!.Value, State.Attempt, true, RandomShare());
        Send(() => Deliver(admission));
    }

    private BytesPerSecond? RandomShare() => Chance(0.5) ? BytesPerSecond.FromMebibytes(_random.Next(10, 70)) : null;

    /// <summary>Validates and applies an admission like the grain.</summary>
    private void Deliver(AdmitMigration admission)
    {
        var vm = LocateVm();
        var destination = Given.Fit(admission.Destination) with { Health = _dead.Contains(admission.Destination) && Chance(0.7) ? HostHealth.Unresponsive : HostHealth.Healthy };
        if (AdmissionRules.Validate(State, admission, vm, destination, _now) is not null)
            return;
        if (State!.Phase == MigrationPhase.Queued)
            Apply(new AdmissionReceived(admission, vm!, _newestEpoch = _newestEpoch.Next()));
        else
            Apply(new TransferAdmissionReceived(admission.Bandwidth));
    }

    private void Dismiss(int attempt)
    {
        var dismissal = new RejectMigration(State!.Id, attempt, 1, [new Refusal(RefusalCode.HostFailedBefore, "no other host")]);
        if (AdmissionRules.Validate(State, dismissal) is null)
            Apply(new DismissalReceived(dismissal.Refusals));
    }

    private LocatedVm? LocateVm() => VmLocator.Locate(
        [.. _statuses.Where(host => host.Value != VmStatus.Down).Select(host => new LocatedVm(host.Key, Given.CreateVm() with { Status = host.Value }))]);

    /// <summary>Nothing is copied before it is admitted, a waiting migration has no outstanding commands, and no share overrides a limit.</summary>
    private void CheckAdmission(Transition transition)
    {
        var (state, commands) = (transition.State, transition.Outputs.OfType<SendCommand>().Select(output => output.Command).ToList());
        if (!state.MayTransfer)
            Must(commands.All(command => command is not StartMigration), "a migration that may only prepare is not started");
        if (state.Phase is MigrationPhase.Queued or MigrationPhase.Ready)
            Must(state.Outstanding.Count == 0, "a waiting migration has no outstanding commands");
        if (state.Phase == MigrationPhase.Queued)
            Must(state is { Destination: null, JobEnd: null, AbortRequest: null, PendingLocation: null }, "a queued migration keeps nothing of its last attempt");
        if (state.Request.Options.Bandwidth is null)
            return;
        Must(commands.OfType<StartMigration>().All(start => start.Options.Bandwidth == Limit), "the request's limit applies at the start");
        Must(commands.OfType<ChangeParameters>().All(change => change.Parameters.Bandwidth is null), "the request's limit is not overridden");

        void Must(bool holds, string rule)
        {
            if (!holds)
                holds.ShouldBeTrue($"seed {seed}: {rule}; phase {state.Phase}");
        }
    }

    private void At(TimeSpan delay, Action action) => _schedule.Enqueue(action, _now + delay);

    private TimeSpan Within(int seconds) => TimeSpan.FromMilliseconds(_random.Next(seconds * 1000));

    private bool Chance(double probability) => _random.NextDouble() < probability;
}
