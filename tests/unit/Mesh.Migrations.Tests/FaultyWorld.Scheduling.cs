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

    private RequestMigration SomeRequest(MigrationOptions options) => _random.Next(3) switch
    {
        0 => Given.Request(options),
        1 => Given.Request(options, alternatives: Given.Third),
        _ => Given.Request(options) with { To = null },
    };

    /// <summary>
    /// A small scheduler: it runs now and then, and its messages are delayed like any other, so that they arrive late, twice, or
    /// for a migration that has moved on. Lost messages are sent again.
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
        var left = allowed.Where(host => State.FailedAttempts.All(failed => failed.Destination != host)).ToList();
        var attempt = State.Attempt;
        if (left.Count == 0 || (!IsFaulty && _dead.IsSupersetOf(left)))
        {
            Send(() => Dismiss(attempt));
            return;
        }

        var host = left[_random.Next(left.Count)];
        var admission = Given.Admission(host, attempt, !IsFaulty || Chance(0.6), SomeShare());
        Send(() => Deliver(admission));
    }

    private void RepeatAdmission()
    {
        var admission = Given.Admission(State!.Destination!.Value, State.Attempt, true, SomeShare());
        Send(() => Deliver(admission));
    }

    private BytesPerSecond? SomeShare() => Chance(0.5) ? BytesPerSecond.FromMebibytes(_random.Next(10, 70)) : null;

    /// <summary>What the grain does.</summary>
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
        var dismissal = new RejectMigration(State!.Id, attempt, 1, [new Refusal(RefusalCode.HostFailedBefore, "no host is left")]);
        if (AdmissionRules.Validate(State, dismissal) is null)
            Apply(new DismissalReceived(dismissal.Refusals));
    }

    private LocatedVm? LocateVm() => VmLocator.Locate(
        [.. _statuses.Where(host => host.Value != VmStatus.Down).Select(host => new LocatedVm(host.Key, Given.CreateVm() with { Status = host.Value }))]);

    /// <summary>Nothing is copied before it may be, what waits wants nothing of any host, and no share is ever set over a limit.</summary>
    private void CheckAdmission(Transition transition)
    {
        var (state, commands) = (transition.State, transition.Outputs.OfType<SendCommand>().Select(given => given.Command).ToList());
        if (!state.MayTransfer)
            Must(commands.All(command => command is not StartMigration), "nothing is started that may only prepare");
        if (state.Phase is MigrationPhase.Queued or MigrationPhase.Ready)
            Must(state.Outstanding.Count == 0, "nothing is asked of a host by what waits");
        if (state.Phase == MigrationPhase.Queued)
            Must(state is { Destination: null, JobEnd: null, AbortRequest: null, PendingLocation: null }, "what waits begins anew");
        if (state.Request.Options.Bandwidth is null)
            return;
        Must(commands.OfType<StartMigration>().All(start => start.Options.Bandwidth == Limit), "the request's limit holds at the start");
        Must(commands.OfType<ChangeParameters>().All(change => change.Parameters.Bandwidth is null), "the request's limit is not set anew");

        void Must(bool holds, string rule)
        {
            if (!holds)
                holds.ShouldBeTrue($"seed {seed}: {rule}; it is {state.Phase}");
        }
    }
}
