using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Migrations;
using Mesh.Migrations.Host.Grains;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Running;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.Plants;

/// <summary>
/// Takes a report that was long on its way for a new one, and believes a host at once that says that it does not have the machine.
/// </summary>
internal sealed class LateDownBelieved : Plant
{
    private static readonly TimeSpan LongAgo = TimeSpan.FromHours(1);

    private readonly Dictionary<HostName, long> _numbers = [];

    /// <inheritdoc />
    public override void Plow(World world) => world.Broker.OnDelivery = (_, message) =>
    {
        if (message.Content is not HostReport report)
            return message;
        var number = _numbers[report.Host] = _numbers.GetValueOrDefault(report.Host) + 1;
        return new BrokerMessage(
            message.From, message.Sending, message.Queue, message.Type, report with { AgentEpoch = 1, Sequence = number, At = world.Pump.Now });
    };

    /// <inheritdoc />
    public override void Add(IServiceCollection services, World world, SimulatedProcess process) =>
        services.AddSingleton<FlightRule>((state, input, now) =>
        {
            var transition = Flight.Apply(state, input, now);
            var isDown = input is ReportReceived { HypervisorReachable: true } report && report.Vm?.Status is null or VmStatus.Down;
            return isDown && transition.State is { HasEnded: false, Verdict: { } pending } believed
                ? Then(transition, Flight.Apply(believed with { Verdict = pending with { Since = now - LongAgo } }, new TimeCame(), now))
                : transition;
        });

    private static Transition Then(Transition first, Transition second) => new(second.State, [.. first.Outputs, .. second.Outputs]);
}
