using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Migrations;
using Mesh.Migrations.Host.Grains;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Engine;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.SeededBugs;

/// <summary>
/// Makes a delayed report look new, and believes at once a host that reports that it does not have the VM.
/// </summary>
internal sealed class StaleReportAccepted : SeededBug
{
    private static readonly TimeSpan LongAgo = TimeSpan.FromHours(1);

    private readonly Dictionary<HostName, long> _numbers = [];

    /// <inheritdoc />
    public override void Install(World world) => world.Broker.DeliveryInterceptor = (_, message) =>
    {
        if (message.Content is not HostReport report)
            return message;
        var number = _numbers[report.Host] = _numbers.GetValueOrDefault(report.Host) + 1;
        return new BrokerMessage(
            message.From, message.Mode, message.Queue, message.Type, report with { AgentEpoch = 1, Sequence = number, At = world.EventLoop.Now });
    };

    /// <inheritdoc />
    public override void ConfigureServices(IServiceCollection services, World world, SimulatedProcess process) =>
        services.AddSingleton<TransitionFunction>((state, input, now) =>
        {
            var transition = MigrationStateMachine.Apply(state, input, now);
            var isDown = input is ReportReceived { HypervisorReachable: true } report && report.Vm?.Status is null or VmStatus.Down;
            return isDown && transition.State is { HasEnded: false, PendingLocation: { } pending } believed
                ? Combine(transition, MigrationStateMachine.Apply(believed with { PendingLocation = pending with { Since = now - LongAgo } }, new TimerElapsed(), now))
                : transition;
        });

    private static Transition Combine(Transition first, Transition second) => new(second.State, [.. first.Outputs, .. second.Outputs]);
}
