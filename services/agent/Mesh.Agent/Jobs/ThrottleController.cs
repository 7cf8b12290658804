using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Slows the machine of one job down and lets it go again. It is put on paper before it is done: whoever follows the job, be it a later
/// process of the agent, knows what to undo.
/// </summary>
internal sealed class ThrottleController(AgentContext agent, MigrationRecord record)
{
    private static readonly Percent None = new(0);

    private readonly CoalescedTask _pendingChange = new();
    private AutoConvergeLadder _ladder = AutoConvergeLadder.Initial;

    private SourceRecord? Source => (agent.Store.Find(record.MigrationId, record.Epoch) ?? record).Source;

    /// <summary>Slows the machine down by so much, 0 for not at all, and no longer by a rule.</summary>
    /// <exception cref="HypervisorException">It was refused, and is as before; or the job has ended meanwhile.</exception>
    public Task SetAsync(Percent throttle) =>
        ChangeAsync(source => source with { Throttle = throttle.Value > 0 ? throttle : null, IsAutoConvergeEmulated = false });

    /// <summary>Slows the machine down by QEMU's rule of auto-converge from now on.</summary>
    /// <exception cref="HypervisorException">The host cannot do that; or the job has ended meanwhile.</exception>
    public Task StartAutoConvergeAsync() => ChangeAsync(source => source with { IsAutoConvergeEmulated = true });

    /// <summary>Looks after the rule, once in each pass.</summary>
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

    /// <summary>Does again what an earlier process of the agent may have put on paper only.</summary>
    public void Reapply()
    {
        if (Source?.Throttle is { } throttle)
            _pendingChange.TryRun(() => TrySetAsync(throttle));
    }

    /// <summary>Lets the machine go, because the job is over. Where that fails, the next inventory finds it.</summary>
    public async Task LiftAsync()
    {
        await _pendingChange.Completion;
        if (Source is not { Throttle: not null })
            return;
        try
        {
            await agent.Hypervisor.LiftThrottleAsync(record.VmId, agent.Stopping);
            agent.Log.ThrottleLifted(record.VmId, record.MigrationId);
        }
        catch (HypervisorException e) when (e.Code is HypervisorErrorCode.NoVm or HypervisorErrorCode.VmNotRunning)
        {
            // It has left, and its processors here with it.
        }
        catch (HypervisorException e)
        {
            agent.Log.ThrottleNotLifted(record.VmId, record.MigrationId, e.Message);
            return;
        }

        agent.Store.UpdateBestEffort(record, known => known with { Source = known.Source! with { Throttle = null, IsAutoConvergeEmulated = false } });
    }

    private async Task ChangeAsync(Func<SourceRecord, SourceRecord> change)
    {
        // No step begins once the record says otherwise, and one that is under way must not come last.
        var before = Source!;
        var after = agent.Store.Update(record, known => known with { Source = change(known.Source!) }).Source!;
        await _pendingChange.Completion;
        try
        {
            // Where nothing is to be slowed down, and nobody begins to, a host that could not do it is no obstacle.
            await (after is { Throttle: null, IsAutoConvergeEmulated: false }
                ? agent.Hypervisor.LiftThrottleAsync(record.VmId, agent.Stopping)
                : agent.Hypervisor.SetThrottleAsync(record.VmId, after.Throttle ?? None, agent.Stopping));
        }
        catch (HypervisorException e) when (e.Code is not HypervisorErrorCode.TimedOut)
        {
            agent.Store.Update(record, known => known with
            {
                Source = known.Source! with { Throttle = before.Throttle, IsAutoConvergeEmulated = before.IsAutoConvergeEmulated },
            });
            throw;
        }

        if (Source is not { Ended: not null })
            return;

        // The job ended while this was on its way: nobody else will let the machine go.
        await LiftAsync();
        throw new HypervisorException(HypervisorErrorCode.NoJob, record.VmId, "the job ended meanwhile");
    }

    private async Task RaiseAsync()
    {
        var before = Source?.Throttle;
        var next = QemuAutoConverge.NextStep(before);
        var updated = agent.Store.UpdateBestEffort(record, known => known.Source is { IsAutoConvergeEmulated: true } source ? known with { Source = source with { Throttle = next } } : known);
        if (updated.Source is not { IsAutoConvergeEmulated: true })
            return;
        if (await TrySetAsync(next))
            agent.Log.ThrottleRaised(record.MigrationId, record.VmId, next);
        else
            agent.Store.UpdateBestEffort(record, known => known.Source is { IsAutoConvergeEmulated: true } source ? known with { Source = source with { Throttle = before } } : known);
    }

    private async Task<bool> TrySetAsync(Percent throttle)
    {
        try
        {
            await agent.Hypervisor.SetThrottleAsync(record.VmId, throttle, agent.Stopping);
            return true;
        }
        catch (HypervisorException e)
        {
            agent.Log.ThrottleNotSet(record.MigrationId, record.VmId, throttle, e.Message);
            return e.Code is HypervisorErrorCode.TimedOut;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
