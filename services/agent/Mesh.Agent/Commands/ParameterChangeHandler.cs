using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;

namespace Mesh.Agent.Commands;

/// <summary>Changes a running job, parameter by parameter; the answer covers each one.</summary>
internal sealed class ParameterChangeHandler(AgentContext agent, IHypervisor hypervisor, AgentStore store, AgentSignals signals, SettingRetrier retrier)
{
    public async Task<CommandOutcome> ApplyAsync(MigrationMonitor monitor, ChangeParameters change, MigrationRecord record)
    {
        var answers = new List<ParameterAnswer>();
        await foreach (var answer in ApplyEachAsync(monitor, change, record))
            answers.Add(answer);
        monitor.Job.Wake();
        signals.ReportRequested.Set();

        var refused = answers.Where(answer => answer.Result is ParameterResult.Refused or ParameterResult.Failed).ToList();
        var isNothingDone = refused.Count > 0 && refused.Count == answers.Count;
        return new CommandOutcome(isNothingDone ? CommandResult.Rejected : CommandResult.Succeeded)
        {
            Parameters = answers,
            Refusals = isNothingDone ? [.. refused.Select(answer => new Refusal(RefusalCode.HypervisorError, $"{answer.Parameter.ToName()}: {answer.Explanation}"))] : [],
        };
    }

    private async IAsyncEnumerable<ParameterAnswer> ApplyEachAsync(MigrationMonitor monitor, ChangeParameters change, MigrationRecord record)
    {
        var (vm, options, parameters) = (record.VmId, record.Source!.Options, change.Parameters);
        var setter = new ParameterSetter(retrier, vm, record.MigrationId);
        var throttles = new ThrottleChangeHandler(monitor, setter);
        if (change.Limits is { } limits)
            yield return SetLimits(record, limits);
        if (parameters.StallingLimit is { } stalling)
            yield return UpdateLimits(record, MigrationParameter.StallingLimit, $"{stalling.TotalMilliseconds:0} ms", limits => limits with { StallingLimit = stalling });
        if (parameters.MaxDowntime is { } downtime)
            yield return await setter.TrySetAsync(MigrationParameter.MaxDowntime, $"{downtime.TotalMilliseconds:0} ms", () => SetDowntimeAsync(monitor, record, downtime));
        if (parameters.Bandwidth is { } rate)
            yield return await setter.TrySetAsync(
                MigrationParameter.Bandwidth, $"{rate}", () => hypervisor.SetBandwidthAsync(vm, CopyStage.PreCopy, rate, agent.Stopping));
        if (parameters.PostCopyBandwidth is { } pulled)
            yield return await setter.TrySetAsync(
                MigrationParameter.PostCopyBandwidth, $"{pulled}", () => hypervisor.SetBandwidthAsync(vm, CopyStage.PostCopy, pulled, agent.Stopping));
        if (parameters.Throttle is { } throttle)
            yield return await throttles.SetAsync(throttle);
        if (parameters.AutoConverge is { } autoConverge)
            yield return await throttles.SetAutoConvergeAsync(autoConverge);
        if (parameters.Compression is { } compression)
            yield return CheckFixedParameter(MigrationParameter.Compression, compression, options.Compression.Count > 0);
        if (parameters.Suspend is { } suspend)
            yield return await SuspendAsync(setter, record, suspend);

        // Last, so that the other changes apply to what is still to be copied.
        if (parameters.PostCopy is { } postCopy)
            yield return await StartPostCopyAsync(monitor, record, postCopy);
    }

    private async Task SetDowntimeAsync(MigrationMonitor monitor, MigrationRecord record, TimeSpan downtime)
    {
        // Someone who sets it explicitly does not want it raised automatically.
        UpdateLimits(record, MigrationParameter.MaxDowntime, "", limits => limits with { EnableDowntimeThread = false });
        await hypervisor.SetMaxDowntimeAsync(record.VmId, downtime, agent.Stopping);
        monitor.Controls.Downtime.SetLimit(downtime);
    }

    private Task<ParameterAnswer> SuspendAsync(ParameterSetter setter, MigrationRecord record, bool suspend)
    {
        // libvirt would reject it as not running, and the record of the first suspend would be undone.
        if (suspend)
            return record.Source is { IsSuspended: true }
                ? Task.FromResult(new ParameterAnswer(MigrationParameter.Suspend, ParameterResult.Applied, "the VM is already suspended"))
                : SuspendAsync(setter, record);

        // virDomainResume waits for the migration to end: seen with libvirt 9.0, whose migration job lets only suspending through.
        return Task.FromResult(record.Source is { IsSuspended: true }
            ? Refused(MigrationParameter.Suspend, "libvirt cannot resume a VM during its migration; it resumes when the migration has ended, on either host")
            : new ParameterAnswer(MigrationParameter.Suspend, ParameterResult.Applied, "the VM is not suspended"));
    }

    private async Task<ParameterAnswer> SuspendAsync(ParameterSetter setter, MigrationRecord record)
    {
        // Recorded before the VM is suspended: the monitor of this job must resume it if it stays here.
        store.UpdateSource(record, source => source with { IsSuspended = true });
        var mayTakeEffect = false;
        var answer = await setter.TrySetAsync(MigrationParameter.Suspend, "true", async () =>
        {
            if (mayTakeEffect && await hypervisor.FindVmAsync(record.VmId, agent.Stopping) is { State: VmRunState.Paused or VmRunState.PausedMigrating })
                return;
            try
            {
                await hypervisor.SuspendAsync(record.VmId, agent.Stopping);
            }
            catch (HypervisorException e) when (e.Code is HypervisorErrorCode.TimedOut)
            {
                mayTakeEffect = true;
                throw;
            }
        });
        if (answer.Result is ParameterResult.Refused or ParameterResult.Failed)
        {
            if (!mayTakeEffect)
                store.UpdateSource(record, source => source with { IsSuspended = false });
            return answer;
        }

        if (store.Find(record.MigrationId, record.Epoch)?.Source is not { Ended: { Result: not JobResult.Completed }, IsEndInferred: false })
            return answer;

        // The job ended before the VM was suspended: nobody else would resume it.
        return await setter.TrySetAsync(MigrationParameter.Suspend, "false", async () =>
        {
            await hypervisor.ResumeAsync(record.VmId, agent.Stopping);
            store.UpdateSource(record, source => source with { IsSuspended = false });
            throw new HypervisorException(HypervisorErrorCode.NoJob, record.VmId, "the job has already ended; the VM runs here");
        });
    }

    private async Task<ParameterAnswer> StartPostCopyAsync(MigrationMonitor monitor, MigrationRecord record, bool postCopy)
    {
        if (!postCopy)
            return Refused(MigrationParameter.PostCopy, "post-copy cannot be left, and has not started");
        if (!record.Source!.Options.PostCopy)
            return Refused(MigrationParameter.PostCopy, "QEMU switches to post-copy only if the migration was started with it enabled");
        if (!PostCopySwitcher.CanSwitch(monitor.GetSample()))
            return RequestPostCopy("QEMU has not started copying; the agent switches as soon as it has");
        try
        {
            await hypervisor.StartPostCopyAsync(record.VmId, agent.Stopping);
            return new ParameterAnswer(MigrationParameter.PostCopy, ParameterResult.Applied, "true");
        }
        catch (HypervisorException e) when (e.IsTransient)
        {
            return RequestPostCopy($"{e.Message}; the agent tries again until it has switched");
        }
        catch (HypervisorException e)
        {
            return Refused(MigrationParameter.PostCopy, e.Message);
        }

        ParameterAnswer RequestPostCopy(string why)
        {
            store.UpdateSource(record, source => source with { IsPostCopyRequested = true });
            return new ParameterAnswer(MigrationParameter.PostCopy, ParameterResult.Emulated, why);
        }
    }

    /// <summary>Once the downtime was set explicitly, the agent no longer raises it.</summary>
    private ParameterAnswer SetLimits(MigrationRecord record, MigrationLimits limits)
    {
        var progress = limits.EffectiveProgressTimeout is { } still ? $"{still.TotalSeconds:0.###} s" : "none";
        var completion = limits.CompletionTimeoutFor(record.Source!.DataSize) is { } whole ? $"{whole.TotalSeconds:0.###} s" : "none";
        return UpdateLimits(record, MigrationParameter.Limits, $"progress timeout {progress}, completion timeout {completion}", known => limits with
        {
            EnableDowntimeThread = limits.EnableDowntimeThread && known.EnableDowntimeThread,
        });
    }

    private ParameterAnswer UpdateLimits(MigrationRecord record, MigrationParameter parameter, string value, Func<MigrationLimits, MigrationLimits> change)
    {
        store.UpdateSource(record, source => source with { Limits = change(source.Limits) });
        return new ParameterAnswer(parameter, ParameterResult.Applied, value);
    }

    private static ParameterAnswer CheckFixedParameter(MigrationParameter parameter, bool asked, bool present) =>
        asked == present
            ? new ParameterAnswer(parameter, ParameterResult.Applied, $"already {(present ? "on" : "off")}")
            : Refused(parameter, $"QEMU can set it only when the migration starts; it is {(present ? "on" : "off")}");

    private static ParameterAnswer Refused(MigrationParameter parameter, string why) => new(parameter, ParameterResult.Refused, why);
}
