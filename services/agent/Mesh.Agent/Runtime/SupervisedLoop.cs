using Mesh.Core;
using Mesh.Hosting.Background;

namespace Mesh.Agent.Runtime;

/// <summary>Keeps a part of the agent running: a part that fails is logged and restarted after a tick, until the agent stops.</summary>
internal sealed class SupervisedLoop(AgentContext agent)
{
    public Task RunAsync(string name, Func<Task> part)
    {
        var tick = agent.Options.Tick;
        var runner = new LoopRunner($"Agent {name}", new ExponentialBackoff(tick, tick), agent.Time, agent.Log) { SteadyAfter = tick };
        return runner.RunAsync(
            async _ =>
            {
                await part();
                return tick;
            }, agent.Stopping);
    }
}
