using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Migrations;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>An end that is named agrees with what both hosts have said since the request, and with where the machine really is.</summary>
internal sealed class EndsAreSupported : Invariant
{
    private readonly Dictionary<(HostName Host, VmId Vm), List<(long Ticks, VmStatus Status)>> _said = [];
    private readonly HashSet<MigrationId> _ended = [];

    /// <summary>Watches reports and ends.</summary>
    public EndsAreSupported(World world)
        : base(world)
    {
        world.Broker.Taken += message =>
        {
            if (message.Content is HostReport { HypervisorReachable: true } report)
                Note(report);
        };
        world.Committed += Look;
    }

    /// <inheritdoc />
    public override string Name => "nothing is announced that the hosts' statuses do not support";

    private void Note(HostReport report)
    {
        foreach (var vm in World.Vms)
        {
            var status = report.Vms.FirstOrDefault(said => said.Id == vm.Id)?.Status ?? VmStatus.Down;
            if (!_said.TryGetValue((report.Host, vm.Id), out var said))
                _said[(report.Host, vm.Id)] = said = [];
            if (said.Count == 0 || said[^1].Status != status)
                said.Add((World.Pump.Ticks, status));
            else
                said[^1] = (World.Pump.Ticks, status);
        }
    }

    private void Look()
    {
        foreach (var id in World.Store.EndedIds())
            if (_ended.Add(id))
                Check(World.Store.Flight(id)!);
    }

    private void Check(FlightState flight)
    {
        World.Truth.Look();
        if (flight is not { Vm.Id: var vm, Source: { } source } || World.HasMovedPastTheMesh(vm))
            return;
        var runsOn = World.Truth.RunsOn(vm);
        if (flight.Destination is not { } to)
        {
            CheckWaiting(flight, runsOn);
            return;
        }

        switch (flight.Outcome)
        {
            case MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy:
                if (!HasSaid(to, vm, flight, status => status is VmStatus.Up or VmStatus.Paused))
                    Fail($"{flight.Id} is {flight.Outcome}, and {to} has never said since that it has {flight.Vm.Name}");
                else if (!HasSaid(source, vm, flight, status => status is VmStatus.Down) && !World.WasFencedSince(source, Ticks(flight)))
                    Fail($"{flight.Id} is {flight.Outcome}, and {source} has never said since that it has {flight.Vm.Name} no more");
                else if (runsOn == source)
                    Fail($"{flight.Id} is {flight.Outcome}, and {flight.Vm.Name} runs on {source}");
                break;
            case MigrationOutcome.Refused when flight.StartedAt is null:
                break;
            case MigrationOutcome.Lost or MigrationOutcome.PostCopyFailed:
                if (runsOn == source || runsOn == to)
                    Fail($"{flight.Id} is {flight.Outcome}, and {flight.Vm.Name} runs on {runsOn}");
                break;
            default:
                if (runsOn == to && to != source)
                    Fail($"{flight.Id} is {flight.Outcome} ({flight.Reason}), and {flight.Vm.Name} runs on {to}");
                break;
        }
    }

    // It ended while it waited: no attempt has moved its machine.
    private void CheckWaiting(FlightState flight, HostName? runsOn)
    {
        if (flight.Outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy)
            Fail($"{flight.Id} is {flight.Outcome}, and was on its way nowhere");
        else if (flight.FailedAttempts.Any(attempt => attempt.Epoch is not null && attempt.Destination == runsOn))
            Fail($"{flight.Id} is {flight.Outcome} ({flight.Reason}), and {flight.Vm!.Name} runs on {runsOn}");
    }

    private bool HasSaid(HostName host, VmId vm, FlightState flight, Func<VmStatus, bool> isSo) =>
        _said.GetValueOrDefault((host, vm))?.Any(word => isSo(word.Status) && word.Ticks > Ticks(flight)) ?? false;

    private static long Ticks(FlightState flight) => (flight.RequestedAt - Running.Pump.Start).Ticks;
}
