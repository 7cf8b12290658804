using System.Diagnostics;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Grains;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Core;
using Mesh.Hosting.Inbox;
using Mesh.Hosting.Outbox;
using Mesh.Hosting.Telemetry;

namespace Mesh.Migrations.Host.Grains;

/// <summary>
/// The shell around one migration: load, apply, save, and only then publish. It makes no decisions. Its host runs one call at a time; a
/// transition that cannot be saved has not happened, and the host activates a new grain from the store.
/// </summary>
internal sealed partial class MigrationGrain(MigrationId id, GrainServices services) : IMigrationGrain
{
    private MigrationState? _state;
    private long _version;

    /// <summary>Loads the migration from the store; called once before the first call.</summary>
    public async Task ActivateAsync()
    {
        var stored = await services.Store.LoadAsync(id);
        _state = stored?.State;
        _version = stored?.Version ?? 0;

        // The previous grain may have saved a transition without learning of it: then the indexes are not up to date yet.
        if (_state is not null)
            UpdateIndexes(_state);
    }

    public async Task<MigrationRequestAnswer> RequestAsync(EnqueueMigration queued, MigrationFacts facts)
    {
        if (_state is null)
            await ApplyAsync(new RequestReceived(queued.Request, facts, queued.Refusals));
        return new MigrationRequestAnswer(id, _state!.Outcome == MigrationOutcome.Refused ? _state.Refusals : []);
    }

    public async Task<AdmissionAnswer> AdmitAsync(AdmitMigration admission, LocatedVm? vm, DestinationFacts destination)
    {
        var now = services.Time.GetUtcNow();
        if (AdmissionRules.Validate(_state, admission, vm, destination, now) is { } refusal)
            return refusal;
        if (_state!.Phase == MigrationPhase.Queued)
            await ApplyAsync(new AdmissionReceived(admission, vm!, await services.Store.NextEpochAsync(now)));
        else
            await ApplyAsync(new TransferAdmissionReceived(admission.Bandwidth));
        return new AdmissionAnswer(true);
    }

    public async Task<AdmissionAnswer> RejectAsync(RejectMigration rejection)
    {
        if (AdmissionRules.Validate(_state, rejection) is { } refusal)
            return refusal;
        await ApplyAsync(new DismissalReceived(rejection.Refusals));
        return new AdmissionAnswer(true);
    }

    public async Task<RescheduleAnswer> RescheduleAsync(RescheduleMigration request)
    {
        if (AdmissionRules.Validate(_state, request) is { } refusal)
            return refusal;
        await ApplyAsync(new RescheduleReceived(request));
        return new RescheduleAnswer(ChangeResult.Accepted, "rescheduled", []);
    }

    public async Task<AbortAnswer> AbortAsync(AbortMigration abort)
    {
        if (_state is null)
            return new AbortAnswer(AbortResult.NotFound, $"there is no migration '{id}'");
        if (_state.HasEnded)
            return new AbortAnswer(AbortResult.AlreadyEnded, $"the migration has already ended: {_state.Outcome}");
        await ApplyAsync(new AbortReceived(abort));
        return MigrationStateMachine.AnswerToAbort(_state);
    }

    public async Task<ChangeAnswer> ChangeAsync(ChangeMigration change, EffectivePolicy? policy)
    {
        if (ChangeRules.Validate(_state, change, policy) is { } refusal)
            return refusal;
        await ApplyAsync(new ChangeReceived(change, policy));
        return MigrationStateMachine.AnswerToChange(_state!, change.ChangeId);
    }

    public Task AnswerAsync(CommandAnswer answer) => ApplyIfKnownAsync(new AnswerReceived(answer), AgentMessageIdentity.From(answer));

    public Task HandleEventAsync(AgentEvent agentEvent) => ApplyIfKnownAsync(new EventReceived(agentEvent), AgentMessageIdentity.From(agentEvent));

    public Task HandleReportAsync(HostReport report)
    {
        var vm = report.Vms.FirstOrDefault(reported => reported.Id == _state?.Vm?.Id);
        var elsewhere = FindOnThirdHost(report, vm);
        return ConcernsState(report, vm, elsewhere)
            ? ApplyIfKnownAsync(new ReportReceived(
                report.Host,
                report.AgentEpoch,
                report.Sequence,
                report.HypervisorReachable,
                vm,
                report.Migrations.FirstOrDefault(sample => sample.MigrationId == id),
                elsewhere,
                report.At))
            : Task.CompletedTask;
    }

    public Task HandleHostFencedAsync(HostName host, long agentEpoch, string by) =>
        HasLeft(host) ? Task.CompletedTask : ApplyIfKnownAsync(new HostFenced(host, agentEpoch, by));

    public Task HandleTimerAsync() => ApplyIfKnownAsync(new TimerElapsed());

    public Task<MigrationView?> GetAsync() => Task.FromResult(_state?.ToView());

    // A waiting migration whose VM was moved outside the mesh: fencing its old host no longer affects it.
    private bool HasLeft(HostName host) => _state is { Phase: MigrationPhase.Queued, Vm: { } vm }
        && services.Hosts.Locate(vm.Id) is { Vm.Status: VmStatus.Up } located && located.Host != host;

    // A migration can wait for long. While it does, only a guest that has stopped on its source concerns it, or that runs again.
    private bool ConcernsState(HostReport report, VmStatusReport? vm, ThirdHostPresence elsewhere) => _state is not { Phase: MigrationPhase.Queued or MigrationPhase.Ready }
        || (report.Host == _state.Source && report.HypervisorReachable
            && (_state.GuestStop is not null || (vm is null or { Status: VmStatus.Down } && elsewhere != ThirdHostPresence.Yes)));

    // Only looked up when needed, because it searches the reports of all other hosts.
    private ThirdHostPresence FindOnThirdHost(HostReport report, VmStatusReport? reported) => _state is { HasEnded: false, Vm: { } vm, Source: { } source }
        && report.HypervisorReachable && (_state.Phase == MigrationPhase.CleaningUp || reported is null or { Status: VmStatus.Down })
        && (_state.Phase >= MigrationPhase.Confirming || report.Host == source)
            ? services.Hosts.FindOnThirdHost(vm.Id, source, _state.Destination ?? source)
            : ThirdHostPresence.Unknown;

    private Task ApplyIfKnownAsync(MigrationInput input, MessageIdentity? cause = null) =>
        _state is null or { HasEnded: true } ? Task.CompletedTask : ApplyAsync(input, cause);

    private async Task ApplyAsync(MigrationInput input, MessageIdentity? cause = null)
    {
        var now = services.Time.GetUtcNow();
        var before = _state;
        var transition = services.Transition(_state, input, now);
        using var activity = StartActivity(input, transition);
        if (!await services.Store.SaveAsync(transition.State, _version, input, now, ToOutbox(transition.Outputs), cause))
            return;
        _state = transition.State;
        _version++;
        UpdateIndexes(_state);
        Log(before, transition);
        await PublishProgressAsync(transition.Outputs);
    }

    private void UpdateIndexes(MigrationState state)
    {
        services.Active.Update(state);
        services.Timers.Schedule(id, MigrationTimers.NextDue(state));
    }

    // Progress is outdated a second later, so it is published directly and never waits in the outbox.
    private static IReadOnlyList<OutboxMessage> ToOutbox(IReadOnlyList<MigrationOutput> outputs) =>
        [.. outputs.Where(output => output is not (PublishEvent { Event: MigrationProgressed } or IgnoreMessage)).Select(output => output switch
        {
            SendCommand command => OutboxMessage.ToQueue(AgentQueues.Commands(command.Host), command.Command),
            PublishEvent published => OutboxMessage.ToSubscribers(published.Event),
            _ => throw new UnreachableException($"cannot send {output.GetType().Name}"),
        })];

    private async Task PublishProgressAsync(IReadOnlyList<MigrationOutput> outputs)
    {
        foreach (var progressed in outputs.OfType<PublishEvent>().Select(published => published.Event).OfType<MigrationProgressed>())
        {
            try
            {
                await services.Bus.PublishAsync<MigrationEvent>(progressed);
            }
#pragma warning disable CA1031 // Telemetry that cannot be published must not undo a saved transition.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogProgressNotPublished(services.Log, e, id.Value);
            }
        }
    }

    private static Activity? StartActivity(MigrationInput input, Transition transition) =>
        input is ReportReceived && transition.Outputs.All(output => output is PublishEvent { Event: MigrationProgressed })
            ? null
            : MeshTelemetry.StartActivity(TelemetryNames.Spans.MigrationTransition + Discriminator.Of(input), transition.State.Request.TraceParent)
                ?.SetTag(TelemetryNames.Tags.MigrationId, transition.State.Id.Value)
                .SetTag(TelemetryNames.Tags.MigrationPhase, MeshTelemetry.TagValue(transition.State.Phase));
}
