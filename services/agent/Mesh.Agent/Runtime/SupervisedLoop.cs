using Mesh.Agent.Configuration;
using Mesh.Core;
using Mesh.Hosting.Background;

namespace Mesh.Agent.Runtime;

/// <summary>Runs a loop until the agent stops: an exception is logged and the loop restarted after a tick.</summary>
internal sealed class SupervisedLoop(AgentContext agent, AgentOptions options)
{
    public Task RunAsync(string name, Func<Task> part)
    {
        var tick = options.Tick;
        var runner = new LoopRunner($"Agent {name}", new ExponentialBackoff(tick, tick), agent.Time, agent.Log) { SteadyAfter = tick };
        return runner.RunAsync(
            async _ =>
            {
                await part();
                return tick;
            }, agent.Stopping);
    }
}
