using System.Diagnostics;
using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Testing;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent.Tests.Fakes;

/// <summary>An agent with a manual clock, a recording bus and a scripted hypervisor.</summary>
public sealed class AgentHarness : IAsyncDisposable
{
    private static readonly TimeSpan PollStep = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan PollMax = TimeSpan.FromSeconds(20);
    private readonly List<HostAgent> _agents = [];

    public ManualTimeProvider Clock { get; } = new();

    public RecordingBus Bus { get; } = new();

    public ScriptedHypervisor Hypervisor { get; } = new();

    public ListLogger Log { get; } = new();

    public AgentOptions Options { get; } = new() { Host = "hosta" };

    internal HostAgent Agent => _agents[^1];

    public IReadOnlyList<HostReport> Reports => Bus.Messages<HostReport>();

    /// <summary>The newest report; an empty one before the first.</summary>
    public HostReport Report => Reports is { Count: > 0 } reports ? reports[^1] : new HostReport(new HostName("none"), 0, 0, default, false, [], []);

    /// <summary>Starts an agent; a second one takes over from the first, as after a restart.</summary>
    public async Task<AgentHarness> StartAsync(Func<IHypervisor>? connect = null)
    {
        _agents.Add(new HostAgent(Options, connect ?? Hypervisor.Connect, Bus, Clock, new Logger<HostAgent>(Log)));
        await Agent.StartAsync(CancellationToken.None);
        return this;
    }

    public async Task StopAsync() => await Agent.StopAsync(CancellationToken.None).WaitAsync(PollMax);

    public Task SendAsync(AgentCommand command) => Agent.HandleAsync(command, CancellationToken.None);

    /// <summary>Sends a command and waits for its answer.</summary>
    public async Task<CommandAnswer> SendAndWaitAsync(AgentCommand command)
    {
        var before = Bus.Messages<CommandAnswer>().Count(answer => answer.CommandId == command.CommandId);
        await SendAsync(command);
        await UntilAsync(() => Bus.Messages<CommandAnswer>().Count(answer => answer.CommandId == command.CommandId) > before, $"an answer to {command}");
        return Bus.Messages<CommandAnswer>().Last(answer => answer.CommandId == command.CommandId);
    }

    /// <summary>Advances the clock in small steps until a condition holds.</summary>
    public async Task UntilAsync(Func<bool> isSo, string what)
    {
        var waiting = Stopwatch.StartNew();
        while (!isSo())
        {
            if (waiting.Elapsed > PollMax)
                throw new TimeoutException($"waited {PollMax.TotalSeconds} s for {what}; log:\n{string.Join('\n', Log.Lines)}");
            Clock.Advance(TimeSpan.FromMilliseconds(25));
            await Task.Delay(PollStep);
        }
    }

    /// <summary>Advances the clock in steps small enough for all loops to keep up.</summary>
    public async Task RunAsync(TimeSpan time)
    {
        var until = Clock.GetUtcNow() + time;
        await UntilAsync(() => Clock.GetUtcNow() >= until, $"{time} to pass");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents)
            await agent.DisposeAsync();
        if (Options.StateDirectory is { } directory && Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }
}
