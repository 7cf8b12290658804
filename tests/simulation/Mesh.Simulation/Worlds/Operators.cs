using Mesh.Agent.Simulated;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Engine;

namespace Mesh.Simulation.Worlds;

/// <summary>People and programs that ask for migrations, ask again when nobody answers, ask twice, and abort.</summary>
internal sealed class Operators
{
    private static readonly RefusalCode[] Undecided = [RefusalCode.PolicyServiceUnavailable, RefusalCode.SchedulerUnavailable];
    private static readonly TimeSpan FirstAfter = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(2);

    private readonly World _world;
    private readonly Random _random;
    private readonly SimulatedProcess _process;
    private readonly IMessageBus _bus;
    private readonly HashSet<MigrationId> _unanswered = [];
    private readonly Dictionary<MigrationId, MigrationRequestAnswer> _answers = [];
    private readonly HashSet<string> _migratingVms = new(StringComparer.Ordinal);
    private int _requestCount;
    private int _requestCountMax;
    private int _pendingCount;

    /// <summary>Operators with nothing to do yet.</summary>
    public Operators(World world, Random random)
    {
        (_world, _random) = (world, random);
        _process = new SimulatedProcess(world.EventLoop, "operator");
        _bus = world.CreateBus(_process, new BusLink());
    }

    /// <summary>What was answered to each request.</summary>
    public IReadOnlyDictionary<MigrationId, MigrationRequestAnswer> Answers => _answers;

    /// <summary>Whether everything was asked that anybody wants to ask, and every request was answered.</summary>
    public bool IsDone => _unanswered.Count == 0 && _pendingCount == 0;

    /// <summary>The requests that nobody answered.</summary>
    public IEnumerable<string> DescribeUnanswered() => _unanswered.Select(id => $"no answer to the request of {id}");

    /// <summary>Plans who asks for what in a run.</summary>
    public void Plan(TimeSpan duration)
    {
        var count = _random.Next(2, 8) + _world.Vms.Count / 2;
        _requestCountMax = 2 * count;
        for (var number = 0; number < count; number++)
        {
            var at = FirstAfter + (duration - FirstAfter) * (_random.NextDouble() * 0.8);
            RunLater(at, () => StartRequestAsync());
        }
    }

    /// <summary>Asks for a machine to be moved.</summary>
    public async Task StartRequestAsync(SimulatedVm? wanted = null)
    {
        var vm = wanted ?? Choose();
        var (to, alternatives) = RandomRequests.Destinations(_random, _world.Hosts, _world.GroundTruth.FindRunningHost(vm.Id));
        var options = RandomRequests.Options(_random, vm);
        var request = new RequestMigration(
            new MigrationId($"m{++_requestCount}"), vm.Name, to, options, RandomRequests.Limits(_random), "operator", $"00-{_requestCount:x32}-{_requestCount:x16}-01",
            alternatives, RandomRequests.Policy(_random), RandomRequests.Allow(_random))
        {
            Priority = RandomRequests.Priority(_random),
            HostsTriedMax = _random.NextDouble() < 0.2 ? _random.Next(1, 5) : null,
        };
        _unanswered.Add(request.Id);
        _migratingVms.Add(vm.Name);
        if (_random.NextDouble() < 0.15)
            RunLater(_world.NetworkConditions.NextDelay(TimeSpan.FromSeconds(3)), () => RequestAsync(request));
        if (_random.NextDouble() < 0.35)
            RunLater(_world.NetworkConditions.NextDelay(TimeSpan.FromSeconds(40)), () => AbortAsync(request.Id));
        if (_random.NextDouble() < 0.25)
        {
            var operatorRequest = RandomRequests.Reschedule(_random, request.Id, _world.Hosts);
            RunLater(_world.NetworkConditions.NextDelay(TimeSpan.FromSeconds(30)), () => RescheduleAsync(operatorRequest));
        }

        for (var number = 0; number < 3; number++)
            if (_random.NextDouble() < 0.25)
            {
                var change = RandomRequests.Change(_random, request.Id, number);
                RunLater(_world.NetworkConditions.NextDelay(TimeSpan.FromSeconds(30)), () => ChangeAsync(change));
            }

        await RequestAsync(request);
    }

    // Most know which machines are on their way already.
    private SimulatedVm Choose()
    {
        List<SimulatedVm> still = [.. _world.Vms.Where(vm => !_migratingVms.Contains(vm.Name))];
        var among = still.Count > 0 && _random.NextDouble() < 0.85 ? still : _world.Vms;
        return among[_random.Next(among.Count)];
    }

    /// <summary>Hears of an end; some are impatient and ask for the next move of the machine at once.</summary>
    public void OnMigrationEnded(string vm)
    {
        _migratingVms.Remove(vm);
        if (_world.NetworkConditions.IsDegraded && _requestCount < _requestCountMax && _random.NextDouble() < 0.5)
            RunLater(_world.NetworkConditions.NextDelay(TimeSpan.FromSeconds(6)), () => StartRequestAsync(_world.Vms.First(known => known.Name == vm)));
    }

    /// <summary>Asks that a host be fenced.</summary>
    public async Task FenceAsync(HostName host, bool isConfirmed)
    {
        try
        {
            _world.Trace.Add(_process.Name, $"asks to fence {host}{(isConfirmed ? ", which is off" : "")}");
            if (isConfirmed)
                _world.RecordFence(host);
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
    private void RunLater(TimeSpan pause, Func<Task> act)
    {
        _pendingCount++;
        _process.Post(() => _ = RunAsync(act), pause);
    }

    private async Task RunAsync(Func<Task> act)
    {
        await act();
        _pendingCount--;
    }

    private async Task RequestAsync(RequestMigration request)
    {
        while (true)
        {
            try
            {
                _world.Trace.Add(_process.Name, $"asks for {request.Id}: {request.Vm} {RandomRequests.Describe(request)}");
                var answer = await _bus.RequestAsync<RequestMigration, MigrationRequestAnswer>(SchedulerQueues.Requests, request);
                _world.Trace.Add(_process.Name, $"is answered on {request.Id}: {(answer.Refusals.Count == 0 ? "accepted" : string.Join("; ", answer.Refusals.Select(refusal => refusal.Message)))}");
                if (answer.Refusals.Any(refusal => Undecided.Contains(refusal.Code)))
                {
                    // Nothing was kept of it, and it may be asked for again.
                    await Task.Delay(RetryInterval, _process.Clock);
                    continue;
                }

                _answers[request.Id] = answer;
                _unanswered.Remove(request.Id);
                return;
            }
            catch (BusRequestException e)
            {
                _world.Trace.Add(_process.Name, $"is not answered on {request.Id}: {e.Message}");
                await Task.Delay(RetryInterval, _process.Clock);
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
                _world.Trace.Add(_process.Name, $"changes {change.Id}: {answer.Result}, {answer.Change?.Description} {answer.Explanation}");
                return;
            }
            catch (BusRequestException e)
            {
                _world.Trace.Add(_process.Name, $"is not answered on the change of {change.Id}: {e.Message}");
            }
        }
    }

    private async Task RescheduleAsync(RescheduleMigration operatorRequest)
    {
        try
        {
            var answer = await _bus.RequestAsync<RescheduleMigration, RescheduleAnswer>(SchedulerQueues.Requests, operatorRequest);
            _world.Trace.Add(_process.Name, $"reschedules {operatorRequest.Id} to {(operatorRequest.ToAny ? "any host" : operatorRequest.To)} {operatorRequest.Priority}: {answer.Result}, {answer.Explanation}");
        }
        catch (BusRequestException e)
        {
            _world.Trace.Add(_process.Name, $"is not answered on the rescheduling of {operatorRequest.Id}: {e.Message}");
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
