using Mesh.Agent.Configuration;
using Mesh.Agent.Telemetry;

namespace Mesh.Agent.Runtime;

/// <summary>Runs a loop until the agent stops: an exception is logged and the loop restarted.</summary>
internal sealed class SupervisedLoop(AgentContext agent, AgentOptions options)
{
    public async Task RunAsync(string name, Func<Task> part)
    {
        while (!agent.Stopping.IsCancellationRequested)
        {
            try
            {
                await part();
            }
            catch (OperationCanceledException) when (agent.Stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                agent.Log.LoopFailed(e, name);
            }

            try
            {
                await Task.Delay(options.Tick, agent.Time, agent.Stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
