using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Running;

namespace Mesh.Simulation.Worlds;

/// <summary>People who empty hosts, close and open them, think again, and make rules about who may be where.</summary>
internal sealed class Maintainers
{
    private static readonly TimeSpan FirstAfter = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(3);
    private static readonly DrainOrder[] Orders = Enum.GetValues<DrainOrder>();

    private static readonly string[] Rules =
    [
        "{ vmAffinity: [ { name: apart, vms: { app: shop }, apart: true } ] }",
        "{ vmAffinity: [ { name: apart, vms: { app: shop }, apart: true, hard: false } ] }",
        "{ vmAffinity: [ { name: together, vms: { app: shop }, apart: false } ] }",
        "{ hostAffinity: [ { name: home, vms: { app: shop }, hosts: [ { key: host, operator: in, values: [ hosta, hostb ] } ] } ] }",
        "{ taints: [ { name: kept, hosts: { host: hostc }, toleratedBy: { app: shop } } ] }",
        "{}",
    ];

    private readonly World _world;
    private readonly Random _chance;
    private readonly SimulatedProcess _process;
    private readonly IMessageBus _bus;
    private int _drains;
    private int _toAsk;

    /// <summary>Maintainers with nothing to do yet.</summary>
    public Maintainers(World world, Random chance)
    {
        (_world, _chance) = (world, chance);
        _process = new SimulatedProcess(world.Pump, "maintainer");
        _bus = world.BusOf(_process, new BusLink());
    }

    /// <summary>Whether everything was asked that anybody wants to ask.</summary>
    public bool IsDone => _toAsk == 0;

    /// <summary>Plans who does what in a run; in many runs nobody does anything.</summary>
    public void Plan(TimeSpan lasts)
    {
        if (_chance.NextDouble() < 0.45)
            return;
        for (var left = _chance.Next(1, 4); left > 0; left--)
        {
            var host = _world.Hosts[_chance.Next(_world.Hosts.Count)].Name;
            Func<Task> deed = _chance.Next(10) switch
            {
                < 6 => () => DrainAsync(host),
                < 9 => () => CloseAsync(host),
                _ => () => RuleAsync(Rules[_chance.Next(Rules.Length)]),
            };
            Later(FirstAfter + (lasts - FirstAfter) * (_chance.NextDouble() * 0.7), deed);
        }
    }

    private async Task DrainAsync(HostName host)
    {
        var id = $"d{++_drains}";
        var second = _world.Hosts[_chance.Next(_world.Hosts.Count)].Name;
        var answer = await AskAsync<DrainHosts, DrainAnswer>(new DrainHosts
        {
            Id = id,
            Hosts = _chance.NextDouble() < 0.15 && second != host ? [host, second] : [host],
            Parallel = _chance.NextDouble() < 0.4 ? _chance.Next(1, 4) : null,
            Order = Orders[_chance.Next(Orders.Length)],
            RelaxAffinity = _chance.NextDouble() < 0.5,
            DryRun = _chance.NextDouble() < 0.1,
            By = "maintainer",
        });
        _world.Trace.Add(_process.Name, $"drains {host} as {id}: {answer.Drain?.State} {answer.Explanation}");
        if (_chance.NextDouble() < 0.3)
            Soon(80, () => WithdrawAsync(_chance.NextDouble() < 0.5 ? id : host.Value));
        if (_chance.NextDouble() < 0.35)
            Soon(120, () => UndoAsync(id));
        if (_chance.NextDouble() < 0.2)
            Soon(80, () => OpenAsync(host));
    }

    private async Task WithdrawAsync(string drain)
    {
        var answer = await AskAsync<WithdrawDrain, SchedulerAnswer>(new WithdrawDrain(drain, "maintainer", _chance.NextDouble() < 0.3));
        _world.Trace.Add(_process.Name, $"withdraws {drain}: {answer.Explanation}");
    }

    private async Task UndoAsync(string drain)
    {
        var answer = await AskAsync<UndoDrain, DrainAnswer>(new UndoDrain($"u{drain}", drain, "maintainer"));
        _world.Trace.Add(_process.Name, $"undoes {drain}: {answer.Drain?.State} {answer.Explanation}");
    }

    private async Task CloseAsync(HostName host)
    {
        var answer = await AskAsync<CordonHost, SchedulerAnswer>(new CordonHost(host, "maintainer"));
        _world.Trace.Add(_process.Name, $"cordons {host}: {answer.Explanation}");
        if (_chance.NextDouble() < 0.6)
            Soon(60, () => OpenAsync(host));
    }

    private async Task OpenAsync(HostName host)
    {
        var answer = await AskAsync<UncordonHost, SchedulerAnswer>(new UncordonHost(host, "maintainer"));
        _world.Trace.Add(_process.Name, $"uncordons {host}: {answer.Explanation}");
    }

    private async Task RuleAsync(string document)
    {
        var kept = await AskAsync<KeepRules, KeptRules>(new KeepRules(document, "maintainer"));
        if (kept.Rules is null)
            throw new InvalidOperationException($"{document}: {string.Join("; ", kept.Faults)}");
        _world.Trace.Add(_process.Name, $"keeps rules: {document}");
    }

    /// <summary>Asks until there is an answer; asked again, it is the same wish.</summary>
    private async Task<TReply> AskAsync<TRequest, TReply>(TRequest request)
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
                _world.Trace.Add(_process.Name, $"is not answered: {e.Message}");
                await Task.Delay(AskAgainAfter, _process.Clock);
            }
        }
    }

    private void Soon(int secondsMax, Func<Task> act) => Later(TimeSpan.FromSeconds(_chance.NextDouble() * secondsMax), act);

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
}
