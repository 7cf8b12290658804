using Mesh.Agent.Simulated;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Running;

namespace Mesh.Simulation.Worlds;

/// <summary>People and programs that ask for migrations, ask again when nobody answers, ask twice, and abort.</summary>
internal sealed class Operators
{
    private static readonly RefusalCode[] Undecided = [RefusalCode.NoPolicyService, RefusalCode.NoScheduler];
    private static readonly TimeSpan FirstAfter = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(2);

    private readonly World _world;
    private readonly Random _chance;
    private readonly SimulatedProcess _process;
    private readonly IMessageBus _bus;
    private readonly HashSet<MigrationId> _unanswered = [];
    private readonly Dictionary<MigrationId, MigrationRequestAnswer> _answers = [];
    private readonly HashSet<string> _moving = new(StringComparer.Ordinal);
    private int _asked;
    private int _askedMax;
    private int _toAsk;

    /// <summary>Operators with nothing to do yet.</summary>
    public Operators(World world, Random chance)
    {
        (_world, _chance) = (world, chance);
        _process = new SimulatedProcess(world.Pump, "operator");
        _bus = world.BusOf(_process, new BusLink());
    }

    /// <summary>What was answered to each request.</summary>
    public IReadOnlyDictionary<MigrationId, MigrationRequestAnswer> Answers => _answers;

    /// <summary>Whether everything was asked that anybody wants to ask, and every request was answered.</summary>
    public bool IsDone => _unanswered.Count == 0 && _toAsk == 0;

    /// <summary>The requests that nobody answered.</summary>
    public IEnumerable<string> Undone() => _unanswered.Select(id => $"no answer to the request of {id}");

    /// <summary>Plans who asks for what in a run.</summary>
    public void Plan(TimeSpan lasts)
    {
        var count = _chance.Next(2, 8) + _world.Vms.Count / 2;
        _askedMax = 2 * count;
        for (var number = 0; number < count; number++)
        {
            var at = FirstAfter + (lasts - FirstAfter) * (_chance.NextDouble() * 0.8);
            Later(at, () => AskAsync());
        }
    }

    /// <summary>Asks for a machine to be moved.</summary>
    public async Task AskAsync(SimulatedVm? wanted = null)
    {
        var vm = wanted ?? Choose();
        var (to, alternatives) = RandomRequests.Destinations(_chance, _world.Hosts, _world.Truth.RunsOn(vm.Id));
        var options = RandomRequests.Options(_chance, vm);
        var request = new RequestMigration(
            new MigrationId($"m{++_asked}"), vm.Name, to, options, RandomRequests.Limits(_chance), "operator", $"00-{_asked:x32}-{_asked:x16}-01",
            alternatives, RandomRequests.Policy(_chance), RandomRequests.Allow(_chance))
        {
            Priority = RandomRequests.Priority(_chance),
            HostsTriedMax = _chance.NextDouble() < 0.2 ? _chance.Next(1, 5) : null,
        };
        _unanswered.Add(request.Id);
        _moving.Add(vm.Name);
        if (_chance.NextDouble() < 0.15)
            Later(_world.Weather.Within(TimeSpan.FromSeconds(3)), () => RequestAsync(request));
        if (_chance.NextDouble() < 0.35)
            Later(_world.Weather.Within(TimeSpan.FromSeconds(40)), () => AbortAsync(request.Id));
        if (_chance.NextDouble() < 0.25)
        {
            var wish = RandomRequests.Reschedule(_chance, request.Id, _world.Hosts);
            Later(_world.Weather.Within(TimeSpan.FromSeconds(30)), () => RescheduleAsync(wish));
        }

        for (var number = 0; number < 3; number++)
            if (_chance.NextDouble() < 0.25)
            {
                var change = RandomRequests.Change(_chance, request.Id, number);
                Later(_world.Weather.Within(TimeSpan.FromSeconds(30)), () => ChangeAsync(change));
            }

        await RequestAsync(request);
    }

    // Most know which machines are on their way already.
    private SimulatedVm Choose()
    {
        List<SimulatedVm> still = [.. _world.Vms.Where(vm => !_moving.Contains(vm.Name))];
        var among = still.Count > 0 && _chance.NextDouble() < 0.85 ? still : _world.Vms;
        return among[_chance.Next(among.Count)];
    }

    /// <summary>Hears of an end; some are impatient and ask for the next move of the machine at once.</summary>
    public void HearEnd(string vm)
    {
        _moving.Remove(vm);
        if (_world.Weather.IsStormy && _asked < _askedMax && _chance.NextDouble() < 0.5)
            Later(_world.Weather.Within(TimeSpan.FromSeconds(6)), () => AskAsync(_world.Vms.First(known => known.Name == vm)));
    }

    /// <summary>Asks that a host be fenced.</summary>
    public async Task FenceAsync(HostName host, bool isConfirmed)
    {
        try
        {
            _world.Trace.Add(_process.Name, $"asks to fence {host}{(isConfirmed ? ", which is off" : "")}");
            if (isConfirmed)
                _world.NoteFence(host);
            var answer = await _bus.RequestAsync<FenceHost, FenceAnswer>(MigrationQueues.Requests, new FenceHost(host, isConfirmed, "operator"));
            _world.Trace.Add(_process.Name, $"is answered on the fencing of {host}: {answer.Result}, {answer.Explanation}");
        }
        catch (BusRequestException e)
        {
            _world.Trace.Add(_process.Name, $"is not answered on the fencing of {host}: {e.Message}");
        }
    }

    /// <summary>The same from outside the operators' process.</summary>
    public void Fence(HostName host, bool isConfirmed) => _process.Post(() => _ = FenceAsync(host, isConfirmed));

    /// <summary>Somebody does something in a while, and nothing is over before.</summary>
    private void Later(TimeSpan pause, Func<Task> act)
    {
        _toAsk++;
        _process.Post(() => _ = ActAsync(act), pause);
    }

    private async Task ActAsync(Func<Task> act)
    {
        await act();
        _toAsk--;
    }

    private async Task RequestAsync(RequestMigration request)
    {
        while (true)
        {
            try
            {
                _world.Trace.Add(_process.Name, $"asks for {request.Id}: {request.Vm} {RandomRequests.InWords(request)}");
                var answer = await _bus.RequestAsync<RequestMigration, MigrationRequestAnswer>(SchedulerQueues.Requests, request);
                _world.Trace.Add(_process.Name, $"is answered on {request.Id}: {(answer.Refusals.Count == 0 ? "accepted" : string.Join("; ", answer.Refusals.Select(refusal => refusal.Message)))}");
                if (answer.Refusals.Any(refusal => Undecided.Contains(refusal.Code)))
                {
                    // Nothing was kept of it, and it may be asked for again.
                    await Task.Delay(AskAgainAfter, _process.Clock);
                    continue;
                }

                _answers[request.Id] = answer;
                _unanswered.Remove(request.Id);
                return;
            }
            catch (BusRequestException e)
            {
                _world.Trace.Add(_process.Name, $"is not answered on {request.Id}: {e.Message}");
                await Task.Delay(AskAgainAfter, _process.Clock);
            }
        }
    }

    private async Task ChangeAsync(ChangeMigration change)
    {
        for (var attempt = 0; attempt < 3; attempt++)
        {
            try
            {
                var answer = await _bus.RequestAsync<ChangeMigration, ChangeAnswer>(MigrationQueues.Requests, change);
                _world.Trace.Add(_process.Name, $"changes {change.Id}: {answer.Result}, {answer.Change?.What} {answer.Explanation}");
                return;
            }
            catch (BusRequestException e)
            {
                _world.Trace.Add(_process.Name, $"is not answered on the change of {change.Id}: {e.Message}");
            }
        }
    }

    private async Task RescheduleAsync(RescheduleMigration wish)
    {
        try
        {
            var answer = await _bus.RequestAsync<RescheduleMigration, RescheduleAnswer>(SchedulerQueues.Requests, wish);
            _world.Trace.Add(_process.Name, $"reschedules {wish.Id} to {(wish.ToAny ? "any host" : wish.To)} {wish.Priority}: {answer.Result}, {answer.Explanation}");
        }
        catch (BusRequestException e)
        {
            _world.Trace.Add(_process.Name, $"is not answered on the rescheduling of {wish.Id}: {e.Message}");
        }
    }

    private async Task AbortAsync(MigrationId id)
    {
        for (var attempt = 0; attempt < 3; attempt++)
        {
            try
            {
                var answer = await _bus.RequestAsync<AbortMigration, AbortAnswer>(MigrationQueues.Requests, new AbortMigration(id, "operator"));
                _world.Trace.Add(_process.Name, $"aborts {id}: {answer.Result}, {answer.Explanation}");
                return;
            }
            catch (BusRequestException e)
            {
                _world.Trace.Add(_process.Name, $"is not answered on the abort of {id}: {e.Message}");
            }
        }
    }
}
