using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Core;

namespace Mesh.Agent.Runtime;

/// <summary>
/// Sets parameters of jobs, and sets them again where the hypervisor is slow, busy or away for a moment: a refusal makes a policy take its
/// next step, down to the abort.
/// </summary>
internal sealed class SettingRetrier(AgentContext agent, AgentOptions options)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);

    /// <summary>Short, because commands about the VM and the end of its job wait meanwhile.</summary>
    private static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(5);

    /// <summary>Makes a call that may be repeated, until it succeeds, fails for good, or has failed for <see cref="AgentOptions.SettingRetryTime"/>.</summary>
    /// <param name="vm">The VM, for the log.</param>
    /// <param name="migration">Its migration, for the log.</param>
    /// <param name="call">The call.</param>
    /// <exception cref="HypervisorException">The last attempt's error.</exception>
    public async Task RunAsync(VmId vm, MigrationId migration, Func<Task> call)
    {
        var until = agent.Now + options.SettingRetryTime;
        var backoff = new BackoffCounter(FirstDelay, DelayMax);
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (HypervisorException e) when (e.IsTransient && backoff.NextDelay() is var wait && agent.Now + wait <= until)
            {
                agent.Log.SettingRetried(vm, migration, e.Message, wait);
                await Task.Delay(wait, agent.Time, agent.Stopping);
            }
        }
    }
}
