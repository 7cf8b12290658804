using Mesh.Agent.Telemetry;

namespace Mesh.Agent.Runtime;

/// <summary>Keeps a part of the agent running: what throws is logged and begun again, until the agent stops.</summary>
internal sealed class SupervisedLoop(AgentContext agent)
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
                await Task.Delay(agent.Options.Tick, agent.Time, agent.Stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
