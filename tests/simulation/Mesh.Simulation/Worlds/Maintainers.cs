using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Engine;

namespace Mesh.Simulation.Worlds;

/// <summary>People who drain hosts, cordon and uncordon them, cancel and undo drains, and apply placement rules.</summary>
internal sealed class Maintainers
{
    private static readonly TimeSpan FirstAfter = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(3);
    private static readonly DrainOrder[] Orders = Enum.GetValues<DrainOrder>();

    private static readonly string[] Rules =
    [
        "{ vmAffinity: [ { name: apart, vms: { app: shop }, apart: true } ] }",
        "{ vmAffinity: [ { name: apart, vms: { app: shop }, apart: true, hard: false } ] }",
        "{ vmAffinity: [ { name: together, vms: { app: shop }, apart: false } ] }",
        "{ hostAffinity: [ { name: home, vms: { app: shop }, hosts: [ { key: host, operator: in, values: [ hosta, hostb ] } ] } ] }",
        "{ taints: [ { name: reserved, hosts: { host: hostc }, toleratedBy: { app: shop } } ] }",
        "{}",
    ];

    private readonly World _world;
    private readonly Random _random;
    private readonly SimulatedProcess _process;
    private readonly IMessageBus _bus;
    private int _drains;
    private int _pendingCount;

    public Maintainers(World world, Random random)
    {
        (_world, _random) = (world, random);
        _process = new SimulatedProcess(world.EventLoop, "maintainer");
        _bus = world.CreateBus(_process, new BusLink());
    }

    /// <summary>Whether no maintenance is pending.</summary>
    public bool IsDone => _pendingCount == 0;

    /// <summary>Plans the maintenance of a run; many runs have none.</summary>
    public void Plan(TimeSpan duration)
    {
        if (_random.NextDouble() < 0.45)
            return;
        for (var left = _random.Next(1, 4); left > 0; left--)
        {
            var host = _world.Hosts[_random.Next(_world.Hosts.Count)].Name;
            Func<Task> act = _random.Next(10) switch
            {
                < 6 => () => DrainAsync(host),
                < 9 => () => CordonAsync(host),
                _ => () => ApplyRulesAsync(Rules[_random.Next(Rules.Length)]),
            };
            RunLater(FirstAfter + (duration - FirstAfter) * (_random.NextDouble() * 0.7), act);
        }
    }

    private async Task DrainAsync(HostName host)
    {
        var id = $"d{++_drains}";
        var second = _world.Hosts[_random.Next(_world.Hosts.Count)].Name;
        var answer = await RequestAsync<DrainHosts, DrainAnswer>(new DrainHosts
        {
            Id = id,
            Hosts = _random.NextDouble() < 0.15 && second != host ? [host, second] : [host],
            Parallel = _random.NextDouble() < 0.4 ? _random.Next(1, 4) : null,
            Order = Orders[_random.Next(Orders.Length)],
            RelaxAffinity = _random.NextDouble() < 0.5,
            DryRun = _random.NextDouble() < 0.1,
            RequestedBy = "maintainer",
        });
        _world.Trace.Add(_process.Name, $"drains {host} as {id}: {answer.Drain?.State} {answer.Explanation}");
        if (_random.NextDouble() < 0.3)
            RunWithin(80, () => CancelAsync(_random.NextDouble() < 0.5 ? id : host.Value));
        if (_random.NextDouble() < 0.35)
            RunWithin(120, () => UndoAsync(id));
        if (_random.NextDouble() < 0.2)
            RunWithin(80, () => UncordonAsync(host));
    }

    private async Task CancelAsync(string drain)
    {
        var answer = await RequestAsync<CancelDrain, SchedulerAnswer>(new CancelDrain(drain, "maintainer", _random.NextDouble() < 0.3));
        _world.Trace.Add(_process.Name, $"cancels {drain}: {answer.Explanation}");
    }

    private async Task UndoAsync(string drain)
    {
        var answer = await RequestAsync<UndoDrain, DrainAnswer>(new UndoDrain($"u{drain}", drain, "maintainer"));
        _world.Trace.Add(_process.Name, $"undoes {drain}: {answer.Drain?.State} {answer.Explanation}");
    }

    private async Task CordonAsync(HostName host)
    {
        var answer = await RequestAsync<CordonHost, SchedulerAnswer>(new CordonHost(host, "maintainer"));
        _world.Trace.Add(_process.Name, $"cordons {host}: {answer.Explanation}");
        if (_random.NextDouble() < 0.6)
            RunWithin(60, () => UncordonAsync(host));
    }

    private async Task UncordonAsync(HostName host)
    {
        var answer = await RequestAsync<UncordonHost, SchedulerAnswer>(new UncordonHost(host, "maintainer"));
        _world.Trace.Add(_process.Name, $"uncordons {host}: {answer.Explanation}");
    }

    private async Task ApplyRulesAsync(string document)
    {
        var answer = await RequestAsync<ApplyRules, RulesAnswer>(new ApplyRules(document, "maintainer"));
        if (answer.Rules is null)
            throw new InvalidOperationException($"{document}: {string.Join("; ", answer.Diagnostics)}");
        _world.Trace.Add(_process.Name, $"applies rules: {document}");
    }

    /// <summary>Retries until it is answered; a repeated request has the same effect as one.</summary>
    private async Task<TReply> RequestAsync<TRequest, TReply>(TRequest request)
        where TRequest : class
        where TReply : class
    {
        while (true)
        {
            try
            {
                return await _bus.RequestAsync<TRequest, TReply>(SchedulerQueues.Requests, request);
            }
            catch (BusRequestException e)
            {
                _world.Trace.Add(_process.Name, $"gets no answer: {e.Message}");
                await Task.Delay(RetryInterval, _process.Clock);
            }
        }
    }

    private void RunWithin(int secondsMax, Func<Task> act) => RunLater(TimeSpan.FromSeconds(_random.NextDouble() * secondsMax), act);

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
}
