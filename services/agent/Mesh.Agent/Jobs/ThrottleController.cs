using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Throttles the VM of one job and removes the throttle again. It is recorded before it is set, so that a later agent process knows what
/// to undo.
/// </summary>
internal sealed class ThrottleController(AgentContext agent, IHypervisor hypervisor, SettingRetrier retrier, MigrationJob job)
{
    private static readonly Percent None = new(0);

    private readonly CoalescedTask _pendingChange = new();
    private AutoConvergeLadder _ladder = AutoConvergeLadder.Initial;

    /// <summary>Sets a fixed throttle, 0 for none; it replaces emulated auto-converge.</summary>
    /// <exception cref="HypervisorException">It was rejected, and the throttle is unchanged; or the job has already ended.</exception>
    public Task SetAsync(Percent throttle) =>
        ChangeAsync(source => source with { Throttle = throttle.Value > 0 ? throttle : null, IsAutoConvergeEmulated = false });

    /// <summary>Throttles the VM by QEMU's auto-converge rule from now on.</summary>
    /// <exception cref="HypervisorException">The host does not support it; or the job has already ended.</exception>
    public Task StartAutoConvergeAsync() => ChangeAsync(source => source with { IsAutoConvergeEmulated = true });

    /// <summary>Applies the auto-converge rule, once in each iteration.</summary>
    public void Update(SourceRecord source, MigrationSample? sample)
    {
        if (!source.IsAutoConvergeEmulated)
            _ladder = AutoConvergeLadder.Initial;
        if (!source.IsAutoConvergeEmulated || sample is null)
            return;
        (_ladder, var isStepDue) = _ladder.Observe(sample);
        if (isStepDue && source.Throttle is not { Value: QemuAutoConverge.MaxPercent })
            _pendingChange.TryRun(RaiseAsync);
    }

    /// <summary>Sets the recorded throttle again: an earlier agent process may have recorded it and not set it.</summary>
    public void Reapply()
    {
        if (job.Source.Throttle is { } throttle)
            _pendingChange.TryRun(() => TrySetAsync(throttle));
    }

    /// <summary>Removes the throttle, because the job has ended. If that fails, the next inventory retries it.</summary>
    public async Task LiftAsync()
    {
        await _pendingChange.Completion;
        if (job.Source.Throttle is null)
            return;
        try
        {
            await hypervisor.LiftThrottleAsync(job.VmId, agent.Stopping);
            agent.Log.ThrottleLifted(job.VmId, job.MigrationId);
        }
        catch (HypervisorException e) when (e.Code is HypervisorErrorCode.NoVm or HypervisorErrorCode.VmNotRunning)
        {
            // The VM has left, and its vCPU quota here with it.
        }
        catch (HypervisorException e)
        {
            agent.Log.ThrottleNotLifted(job.VmId, job.MigrationId, e.Message);
            return;
        }

        job.UpdateSourceBestEffort(source => source with { Throttle = null, IsAutoConvergeEmulated = false });
    }

    private async Task ChangeAsync(Func<SourceRecord, SourceRecord> change)
    {
        // Recorded first, so that no step starts any more; then a step in progress must end, or it would come last.
        var before = job.Source;
        var after = job.UpdateSource(change);
        await _pendingChange.Completion;
        try
        {
            // Removing a throttle succeeds on a host that could not set one.
            await retrier.RunAsync(job.VmId, job.MigrationId, () => after is { Throttle: null, IsAutoConvergeEmulated: false }
                ? hypervisor.LiftThrottleAsync(job.VmId, agent.Stopping)
                : hypervisor.SetThrottleAsync(job.VmId, after.Throttle ?? None, agent.Stopping));
        }
        catch (HypervisorException e) when (e.Code is not HypervisorErrorCode.TimedOut)
        {
            job.UpdateSource(source => source with { Throttle = before.Throttle, IsAutoConvergeEmulated = before.IsAutoConvergeEmulated });
            throw;
        }

        if (job.Source.Ended is null)
            return;

        // The job ended before the throttle was set: nobody else would remove it.
        await LiftAsync();
        throw new HypervisorException(HypervisorErrorCode.NoJob, job.VmId, "the job has already ended");
    }

    private async Task RaiseAsync()
    {
        var before = job.Source.Throttle;
        var next = QemuAutoConverge.NextStep(before);
        var updated = job.UpdateSourceBestEffort(source => source.IsAutoConvergeEmulated ? source with { Throttle = next } : source);
        if (!updated.IsAutoConvergeEmulated)
            return;
        if (await TrySetAsync(next))
            agent.Log.ThrottleRaised(job.MigrationId, job.VmId, next);
        else
            job.UpdateSourceBestEffort(source => source.IsAutoConvergeEmulated ? source with { Throttle = before } : source);
    }

    private async Task<bool> TrySetAsync(Percent throttle)
    {
        try
        {
            // Until it is superseded, or the job has ended.
            await retrier.RunAsync(
                job.VmId, job.MigrationId,
                () => job.Source is { Ended: null } source && source.Throttle == throttle ? hypervisor.SetThrottleAsync(job.VmId, throttle, agent.Stopping) : Task.CompletedTask);
            return true;
        }
        catch (HypervisorException e)
        {
            agent.Log.ThrottleNotSet(job.MigrationId, job.VmId, throttle, e.Message);
            return e.Code is HypervisorErrorCode.TimedOut;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
