using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;

namespace Mesh.Agent.Commands;

/// <summary>Changes a running job, parameter by parameter; each one is answered for.</summary>
internal sealed class ParameterChangeHandler(AgentContext agent, MigrationMonitor monitor)
{
    private readonly ThrottleChangeHandler _throttle = new(monitor);

    public async Task<CommandOutcome> ApplyAsync(ChangeParameters change, MigrationRecord record)
    {
        var answers = new List<ParameterAnswer>();
        await foreach (var answer in ApplyEachAsync(change, record))
            answers.Add(answer);
        monitor.Wake();
        agent.ReportRequested.Set();

        var refused = answers.Where(answer => answer.Result is ParameterResult.Refused).ToList();
        var isNothingDone = refused.Count > 0 && refused.Count == answers.Count;
        return new CommandOutcome(isNothingDone ? CommandResult.Rejected : CommandResult.Succeeded)
        {
            Parameters = answers,
            Refusals = isNothingDone ? [.. refused.Select(answer => new Refusal(RefusalCode.HypervisorError, $"{answer.Parameter.ToName()}: {answer.Explanation}"))] : [],
        };
    }

    private async IAsyncEnumerable<ParameterAnswer> ApplyEachAsync(ChangeParameters change, MigrationRecord record)
    {
        var (vm, options, parameters) = (record.VmId, record.Source!.Options, change.Parameters);
        if (change.Limits is { } limits)
            yield return SetLimits(record, limits);
        if (parameters.StallingLimit is { } stalling)
            yield return UpdateLimits(record, MigrationParameter.StallingLimit, $"{stalling.TotalMilliseconds:0} ms", limits => limits with { StallingLimit = stalling });
        if (parameters.MaxDowntime is { } downtime)
            yield return await ParameterSetter.TrySetAsync(MigrationParameter.MaxDowntime, $"{downtime.TotalMilliseconds:0} ms", () => SetDowntimeAsync(record, downtime));
        if (parameters.Bandwidth is { } rate)
            yield return await ParameterSetter.TrySetAsync(
                MigrationParameter.Bandwidth, $"{rate}", () => agent.Hypervisor.SetBandwidthAsync(vm, CopyStage.PreCopy, rate, agent.Stopping));
        if (parameters.PostCopyBandwidth is { } pulled)
            yield return await ParameterSetter.TrySetAsync(
                MigrationParameter.PostCopyBandwidth, $"{pulled}", () => agent.Hypervisor.SetBandwidthAsync(vm, CopyStage.PostCopy, pulled, agent.Stopping));
        if (parameters.Throttle is { } throttle)
            yield return await _throttle.SetAsync(throttle);
        if (parameters.AutoConverge is { } autoConverge)
            yield return await _throttle.SetAutoConvergeAsync(autoConverge);
        if (parameters.Compression is { } compression)
            yield return CheckFixedParameter(MigrationParameter.Compression, compression, options.Compression.Count > 0);
        if (parameters.Suspend is { } suspend)
            yield return await SuspendAsync(record, suspend);

        // Last, so that whatever else was asked for counts for what is still to be copied.
        if (parameters.PostCopy is { } postCopy)
            yield return await StartPostCopyAsync(record, postCopy);
    }

    private async Task SetDowntimeAsync(MigrationRecord record, TimeSpan downtime)
    {
        // Whoever sets it by hand does not want it raised behind their back.
        UpdateLimits(record, MigrationParameter.MaxDowntime, "", limits => limits with { EnableDowntimeThread = false });
        await agent.Hypervisor.SetMaxDowntimeAsync(record.VmId, downtime, agent.Stopping);
        monitor.SetDowntimeLimit(downtime);
    }

    private Task<ParameterAnswer> SuspendAsync(MigrationRecord record, bool suspend)
    {
        // Told once more that it is not running, it would be taken for one that was never suspended.
        if (suspend)
            return record.Source is { IsSuspended: true }
                ? Task.FromResult(new ParameterAnswer(MigrationParameter.Suspend, ParameterResult.Applied, "the machine is suspended already"))
                : ParameterSetter.TrySetAsync(MigrationParameter.Suspend, "true", () => SuspendAsync(record));

        // virDomainResume waits for the migration to end: seen with libvirt 9.0, whose migration job lets only suspending through.
        return Task.FromResult(record.Source is { IsSuspended: true }
            ? Refused(MigrationParameter.Suspend, "libvirt lets no machine run again while it is migrated; it runs again when the migration has ended, on either host")
            : new ParameterAnswer(MigrationParameter.Suspend, ParameterResult.Applied, "the machine is not suspended"));
    }

    private async Task SuspendAsync(MigrationRecord record)
    {
        // On paper before the machine stands still: whoever follows this job must let it run again if it stays here.
        agent.Store.Update(record, known => known with { Source = known.Source! with { IsSuspended = true } });
        try
        {
            await agent.Hypervisor.SuspendAsync(record.VmId, agent.Stopping);
        }
        catch (HypervisorException e) when (e.Code is not HypervisorErrorCode.TimedOut)
        {
            agent.Store.Update(record, known => known with { Source = known.Source! with { IsSuspended = false } });
            throw;
        }

        if (agent.Store.Find(record.MigrationId, record.Epoch)?.Source is not { Ended: { Result: not JobResult.Completed }, IsEndInferred: false })
            return;

        // The job ended while the suspend was on its way: nobody else will let the machine run again.
        await agent.Hypervisor.ResumeAsync(record.VmId, agent.Stopping);
        agent.Store.Update(record, known => known with { Source = known.Source! with { IsSuspended = false } });
        throw new HypervisorException(HypervisorErrorCode.NoJob, record.VmId, "the job ended meanwhile; the machine runs here");
    }

    private Task<ParameterAnswer> StartPostCopyAsync(MigrationRecord record, bool postCopy)
    {
        if (!postCopy)
            return Task.FromResult(Refused(MigrationParameter.PostCopy, "there is no way back from post-copy, and before it there is nothing to leave"));
        if (!record.Source!.Options.PostCopy)
            return Task.FromResult(Refused(MigrationParameter.PostCopy, "QEMU changes over to post-copy only if that was allowed when the migration started"));
        if (PostCopySwitcher.CanSwitch(monitor.GetSample()))
            return ParameterSetter.TrySetAsync(MigrationParameter.PostCopy, "true", () => agent.Hypervisor.StartPostCopyAsync(record.VmId, agent.Stopping));

        agent.Store.Update(record, known => known with { Source = known.Source! with { IsPostCopyRequested = true } });
        return Task.FromResult(new ParameterAnswer(MigrationParameter.PostCopy, ParameterResult.Emulated, "QEMU has not begun to copy; the agent changes over as soon as it has"));
    }

    /// <summary>A downtime thread that has stopped, because somebody set the downtime, stays so.</summary>
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
        agent.Store.Update(record, known => known with { Source = known.Source! with { Limits = change(known.Source.Limits) } });
        return new ParameterAnswer(parameter, ParameterResult.Applied, value);
    }

    private static ParameterAnswer CheckFixedParameter(MigrationParameter parameter, bool asked, bool present) =>
        asked == present
            ? new ParameterAnswer(parameter, ParameterResult.Applied, $"is {(present ? "on" : "off")} already")
            : Refused(parameter, $"QEMU fixes it when the migration starts; it is {(present ? "on" : "off")} and stays so");

    private static ParameterAnswer Refused(MigrationParameter parameter, string why) => new(parameter, ParameterResult.Refused, why);
}
