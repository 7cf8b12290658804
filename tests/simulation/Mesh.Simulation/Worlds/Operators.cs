using Mesh.Agent.Simulated;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Engine;

namespace Mesh.Simulation.Worlds;

/// <summary>People and programs that request migrations, retry without an answer, send duplicates, and abort.</summary>
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

    public Operators(World world, Random random)
    {
        (_world, _random) = (world, random);
        _process = new SimulatedProcess(world.EventLoop, "operator");
        _bus = world.CreateBus(_process, new BusLink());
    }

    /// <summary>The answer to each request.</summary>
    public IReadOnlyDictionary<MigrationId, MigrationRequestAnswer> Answers => _answers;

    /// <summary>Whether no action is pending and every request was answered.</summary>
    public bool IsDone => _unanswered.Count == 0 && _pendingCount == 0;

    /// <summary>The requests without an answer.</summary>
    public IEnumerable<string> DescribeUnanswered() => _unanswered.Select(id => $"no answer to request {id}");

    /// <summary>Plans the requests of a run.</summary>
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

    /// <summary>Requests a migration of the given VM, or of a random one.</summary>
    public async Task StartRequestAsync(SimulatedVm? chosen = null)
    {
        var vm = chosen ?? Choose();
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
            var reschedule = RandomRequests.Reschedule(_random, request.Id, _world.Hosts);
            RunLater(_world.NetworkConditions.NextDelay(TimeSpan.FromSeconds(30)), () => RescheduleAsync(reschedule));
        }

        for (var number = 0; number < 3; number++)
            if (_random.NextDouble() < 0.25)
            {
                var change = RandomRequests.Change(_random, request.Id, number);
                RunLater(_world.NetworkConditions.NextDelay(TimeSpan.FromSeconds(30)), () => ChangeAsync(change));
            }

        await RequestAsync(request);
    }

    // Most operators know which VMs are already migrating.
    private SimulatedVm Choose()
    {
        List<SimulatedVm> idle = [.. _world.Vms.Where(vm => !_migratingVms.Contains(vm.Name))];
        var candidates = idle.Count > 0 && _random.NextDouble() < 0.85 ? idle : _world.Vms;
        return candidates[_random.Next(candidates.Count)];
    }

    /// <summary>Receives an outcome; some operators immediately request the VM's next migration.</summary>
    public void OnMigrationEnded(string vm)
    {
        _migratingVms.Remove(vm);
        if (_world.NetworkConditions.IsDegraded && _requestCount < _requestCountMax && _random.NextDouble() < 0.5)
            RunLater(_world.NetworkConditions.NextDelay(TimeSpan.FromSeconds(6)), () => StartRequestAsync(_world.Vms.First(known => known.Name == vm)));
    }

    /// <summary>Requests the fencing of a host.</summary>
    public async Task FenceAsync(HostName host, bool isConfirmed)
    {
        try
        {
            _world.Trace.Add(_process.Name, $"requests fencing of {host}{(isConfirmed ? ", confirmed off" : "")}");
            if (isConfirmed)
                _world.RecordFence(host);
            var answer = await _bus.RequestAsync<FenceHost, FenceAnswer>(MigrationQueues.Requests, new FenceHost(host, isConfirmed, "operator"));
            _world.Trace.Add(_process.Name, $"receives the answer to the fencing of {host}: {answer.Result}, {answer.Explanation}");
        }
        catch (BusRequestException e)
        {
            _world.Trace.Add(_process.Name, $"gets no answer to the fencing of {host}: {e.Message}");
        }
    }

    /// <summary>Requests fencing from outside the operators' process.</summary>
    public void Fence(HostName host, bool isConfirmed) => _process.Post(() => _ = FenceAsync(host, isConfirmed));

    /// <summary>Runs an action after a pause; operators are not done before it has run.</summary>
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
                _world.Trace.Add(_process.Name, $"requests {request.Id}: {request.Vm} {RandomRequests.Describe(request)}");
                var answer = await _bus.RequestAsync<RequestMigration, MigrationRequestAnswer>(SchedulerQueues.Requests, request);
                _world.Trace.Add(_process.Name, $"receives the answer to {request.Id}: {(answer.Refusals.Count == 0 ? "accepted" : string.Join("; ", answer.Refusals.Select(refusal => refusal.Message)))}");
                if (answer.Refusals.Any(refusal => Undecided.Contains(refusal.Code)))
                {
                    // Nothing was stored, so the same request may be sent again.
                    await Task.Delay(RetryInterval, _process.Clock);
                    continue;
                }

                _answers[request.Id] = answer;
                _unanswered.Remove(request.Id);
                return;
            }
            catch (BusRequestException e)
            {
                _world.Trace.Add(_process.Name, $"gets no answer to {request.Id}: {e.Message}");
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
                _world.Trace.Add(_process.Name, $"gets no answer to the change of {change.Id}: {e.Message}");
            }
        }
    }

    private async Task RescheduleAsync(RescheduleMigration reschedule)
    {
        try
        {
            var answer = await _bus.RequestAsync<RescheduleMigration, RescheduleAnswer>(SchedulerQueues.Requests, reschedule);
            _world.Trace.Add(_process.Name, $"reschedules {reschedule.Id} to {(reschedule.ToAny ? "any host" : reschedule.To)} {reschedule.Priority}: {answer.Result}, {answer.Explanation}");
        }
        catch (BusRequestException e)
        {
            _world.Trace.Add(_process.Name, $"gets no answer to the rescheduling of {reschedule.Id}: {e.Message}");
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
                _world.Trace.Add(_process.Name, $"gets no answer to the abort of {id}: {e.Message}");
            }
        }
    }
}
