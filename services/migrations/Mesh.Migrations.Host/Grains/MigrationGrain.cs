using System.Diagnostics;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hosting.Inbox;
using Mesh.Hosting.Outbox;
using Mesh.Hosting.Telemetry;

namespace Mesh.Migrations.Host.Grains;

/// <summary>
/// The shell around one flight: load, apply, keep, and only then let it be known. It decides nothing. Its home gives it one turn
/// at a time; a turn that cannot be kept has not happened, and the home makes a new grain from the store.
/// </summary>
internal sealed partial class MigrationGrain(MigrationId id, GrainServices services) : IMigrationGrain
{
    private FlightState? _state;
    private long _version;

    /// <summary>Reads the flight from the store; to be called once before the first turn.</summary>
    public async Task ActivateAsync()
    {
        var stored = await services.Store.LoadAsync(id);
        _state = stored?.State;
        _version = stored?.Version ?? 0;

        // The grain before this one may have kept a turn without coming to know it: then nobody has followed the turn yet.
        if (_state is not null)
            Follow(_state);
    }

    public async Task<MigrationRequestAnswer> RequestAsync(QueueMigration queued, MigrationFacts facts)
    {
        if (_state is null)
            await ApplyAsync(new RequestReceived(queued.Request, facts, queued.Refusals));
        return new MigrationRequestAnswer(id, _state!.Outcome == MigrationOutcome.Refused ? _state.Refusals : []);
    }

    public async Task<AdmissionAnswer> AdmitAsync(AdmitMigration admission, LocatedVm? vm, DestinationFacts destination)
    {
        var now = services.Time.GetUtcNow();
        if (Admissions.Objection(_state, admission, vm, destination, now) is { } objection)
            return objection;
        if (_state!.Phase == MigrationPhase.Queued)
            await ApplyAsync(new AttemptReceived(admission, vm!, await services.Store.NextEpochAsync(now)));
        else
            await ApplyAsync(new TransferReceived(admission.Bandwidth));
        return new AdmissionAnswer(true);
    }

    public async Task<AdmissionAnswer> DismissAsync(DismissMigration dismissal)
    {
        if (Admissions.Objection(_state, dismissal) is { } objection)
            return objection;
        await ApplyAsync(new DismissalReceived(dismissal.Refusals));
        return new AdmissionAnswer(true);
    }

    public async Task<RescheduleAnswer> RescheduleAsync(RescheduleMigration wish)
    {
        if (Admissions.Objection(_state, wish) is { } objection)
            return objection;
        await ApplyAsync(new RescheduleReceived(wish));
        return new RescheduleAnswer(ChangeResult.Accepted, "done", []);
    }

    public async Task<AbortAnswer> AbortAsync(AbortMigration abort)
    {
        if (_state is null)
            return new AbortAnswer(AbortResult.Unknown, $"there is no migration '{id}'");
        if (_state.HasEnded)
            return new AbortAnswer(AbortResult.AlreadyEnded, $"the migration has ended already: {_state.Outcome}");
        await ApplyAsync(new AbortReceived(abort));
        return Flight.AnswerToAbort(_state);
    }

    public async Task<ChangeAnswer> ChangeAsync(ChangeMigration change, EffectivePolicy? policy)
    {
        if (ChangeRules.Objection(_state, change, policy) is { } objection)
            return objection;
        await ApplyAsync(new ChangeReceived(change, policy));
        return Flight.AnswerToChange(_state!, change.ChangeId);
    }

    public Task AnswerAsync(CommandAnswer answer) => ApplyIfKnownAsync(new AnswerReceived(answer), MessageIdentity.Of(answer));

    public Task HandleEventAsync(AgentEvent agentEvent) => ApplyIfKnownAsync(new EventReceived(agentEvent), MessageIdentity.Of(agentEvent));

    // What waits may wait for long, and nothing that its hosts say meanwhile counts for it.
    public Task ReportAsync(HostReport report) => _state is { Phase: MigrationPhase.Queued or MigrationPhase.Ready } ? Task.CompletedTask : ApplyIfKnownAsync(new ReportReceived(
        report.Host,
        report.AgentEpoch,
        report.Sequence,
        report.HypervisorReachable,
        report.Vms.FirstOrDefault(vm => vm.Id == _state?.Vm?.Id),
        report.Migrations.FirstOrDefault(sample => sample.MigrationId == id),
        WhereElse(),
        report.At));

    public Task FenceAsync(HostName host, long agentEpoch, string by) =>
        HasLeft(host) ? Task.CompletedTask : ApplyIfKnownAsync(new HostFenced(host, agentEpoch, by));

    public Task WakeAsync() => ApplyIfKnownAsync(new TimeCame());

    public Task<MigrationView?> ShowAsync() => Task.FromResult(_state?.ToView());

    // Moved outside the mesh while its migration waits: the host that it was on takes nothing along any more.
    private bool HasLeft(HostName host) => _state is { Phase: MigrationPhase.Queued, Vm: { } vm }
        && services.Hosts.Locate(vm.Id) is { Vm.Status: VmStatus.Up } located && located.Host != host;

    // Looked for only where it counts, because all other hosts' words are to be looked through.
    private Elsewhere WhereElse() => _state is { Phase: MigrationPhase.CleaningUp, Vm: { } vm, Source: { } source, Destination: { } destination }
        ? services.Hosts.Elsewhere(vm.Id, source, destination)
        : Elsewhere.Unknown;

    private Task ApplyIfKnownAsync(FlightInput input, MessageIdentity? cause = null) =>
        _state is null or { HasEnded: true } ? Task.CompletedTask : ApplyAsync(input, cause);

    private async Task ApplyAsync(FlightInput input, MessageIdentity? cause = null)
    {
        var now = services.Time.GetUtcNow();
        var before = _state;
        var transition = services.Rule(_state, input, now);
        using var activity = TraceOf(input, transition);
        if (!await services.Store.SaveAsync(transition.State, _version, input, now, Durable(transition.Outputs), cause))
            return;
        _state = transition.State;
        _version++;
        Follow(_state);
        Log(before, transition);
        await TellProgressAsync(transition.Outputs);
    }

    private void Follow(FlightState state)
    {
        services.Active.Follow(state);
        services.Wakes.Schedule(id, FlightTimers.NextDue(state));
    }

    // Progress is worth nothing a second later, so it is told directly and never waits in the outbox.
    private static IReadOnlyList<OutboxMessage> Durable(IReadOnlyList<FlightOutput> outputs) =>
        [.. outputs.Where(output => output is not EventTold { Event: MigrationProgressed }).Select(output => output switch
        {
            CommandGiven command => OutboxMessage.To(AgentQueues.Commands(command.Host), command.Command),
            EventTold told => OutboxMessage.ToAll(told.Event),
            _ => throw new UnreachableException($"no way out for {output.GetType().Name}"),
        })];

    private async Task TellProgressAsync(IReadOnlyList<FlightOutput> outputs)
    {
        foreach (var progressed in outputs.OfType<EventTold>().Select(told => told.Event).OfType<MigrationProgressed>())
        {
            try
            {
                await services.Bus.PublishAsync<MigrationEvent>(progressed);
            }
#pragma warning disable CA1031 // Telemetry that cannot be told must not undo a transition that is kept.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogProgressNotTold(services.Log, e, id.Value);
            }
        }
    }

    private static Activity? TraceOf(FlightInput input, Transition transition) =>
        input is ReportReceived && transition.Outputs.All(output => output is EventTold { Event: MigrationProgressed })
            ? null
            : MeshTelemetry.Start($"flight {input.GetType().Name}", transition.State.Request.TraceParent)
                ?.SetTag("mesh.migration.id", transition.State.Id.Value)
                .SetTag("mesh.migration.phase", transition.State.Phase.ToString());
}
