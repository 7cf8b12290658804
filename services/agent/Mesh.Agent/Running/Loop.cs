namespace Mesh.Agent.Running;

/// <summary>Keeps a part of the agent running: what throws is logged and begun again, until the agent stops.</summary>
internal sealed class Loop(AgentContext agent)
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
                agent.Log.PartFailed(e, name);
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
