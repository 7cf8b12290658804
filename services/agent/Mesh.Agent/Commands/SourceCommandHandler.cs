using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Agent.Commands;

/// <summary>Commands to a source: start a job, change it, abort it.</summary>
internal sealed class SourceCommandHandler(
    AgentContext agent, IHypervisor hypervisor, AgentStore store, AgentSignals signals, MigrationMonitors monitors, ParameterChangeHandler parameterChanges,
    SettingRetrier retrier)
{
    public async Task<CommandOutcome> StartAsync(StartMigration start, MigrationRecord record)
    {
        if (record.IsAbortRequested)
            return CommandOutcome.Refused(RefusalCode.Aborted, $"attempt {start.Epoch} of {start.MigrationId} was aborted before it started");
        if (record.Source is not null)
            return CommandOutcome.Refused(RefusalCode.AlreadyMigrating, $"attempt {start.Epoch} of {start.MigrationId} has already started");
        if (await ValidateAsync(start) is { Count: > 0 } objections)
            return CommandOutcome.Refused(objections);

        var (parameters, downtime) = await SetInitialParametersAsync(start);
        return new CommandOutcome(CommandResult.Succeeded)
        {
            Parameters = parameters,
            RecordUpdate = known => known with
            {
                Source = new SourceRecord
                {
                    StartedAt = agent.Now,
                    DestinationUri = start.DestinationUri,
                    Options = start.Options,
                    Limits = start.Limits,
                    DataSize = start.DataSize,
                },
            },
            AfterSave = started =>
            {
                monitors.Start(started, isNew: true, downtime);
                signals.ReportRequested.Set();
            },
        };
    }

    public async Task<CommandOutcome> AbortAsync(MigrationRecord record)
    {
        if (record.Source is null)
            return await AbortUnknownAsync(record);
        if (record.Source.Ended is { } ended)
            return ended.Result is JobResult.Completed
                ? CommandOutcome.Refused(RefusalCode.HypervisorError, "the migration has completed: the VM runs on the destination")
                : CommandOutcome.Done;
        if (monitors.Find(record) is not { } monitor)
            return CommandOutcome.Failed(RefusalCode.HypervisorError, "the job is recorded as running but is not monitored");
        if (monitor.IsPastPointOfNoReturn)
            return RefuseInPostCopy();

        // Recorded first: if the agent exits now, the next process continues aborting.
        store.Update(record, known => known with { IsAbortRequested = true });
        var objection = await monitor.Controls.Abort.TryAsync();
        if (objection?.Code is HypervisorErrorCode.InPostCopy)
            return RefuseInPostCopy() with { RecordUpdate = known => known with { IsAbortRequested = false } };

        // After any other error, such as that there is no job yet, the monitor retries until the job has ended.
        monitor.Job.Wake();
        return CommandOutcome.Done;
    }

    /// <summary>
    /// An attempt without a record: either its start is yet to arrive and must be rejected, or the agent has lost its state while the job
    /// runs.
    /// </summary>
    private async Task<CommandOutcome> AbortUnknownAsync(MigrationRecord record)
    {
        try
        {
            if (await hypervisor.ReadJobAsync(record.VmId, agent.Stopping) is { Operation: JobOperation.MigrationOut })
                await hypervisor.AbortJobAsync(record.VmId, agent.Stopping);
        }
        catch (HypervisorException e) when (e.Code is HypervisorErrorCode.InPostCopy)
        {
            return RefuseInPostCopy();
        }
        catch (HypervisorException e) when (e.Code is HypervisorErrorCode.NoJob or HypervisorErrorCode.NoVm)
        {
            // The job has just ended, or the VM is gone: there is nothing to abort.
        }

        return CommandOutcome.Done with { RecordUpdate = known => known with { IsAbortRequested = true } };
    }

    public Task<CommandOutcome> ChangeAsync(ChangeParameters change, MigrationRecord record) =>
        monitors.Find(record) is { } monitor
            ? parameterChanges.ApplyAsync(monitor, change, record)
            : Task.FromResult(CommandOutcome.Refused(RefusalCode.HypervisorError, $"attempt {record.Epoch} of {record.MigrationId} has no running job on {agent.Host}"));

    private static CommandOutcome RefuseInPostCopy() =>
        CommandOutcome.Refused(RefusalCode.HypervisorError, "the VM runs on the destination and still needs memory from here: aborting would lose it");

    private async Task<IReadOnlyList<Refusal>> ValidateAsync(StartMigration start)
    {
        var loopback = hypervisor.FindLoopbackAddressAsync(start.DestinationUri, agent.Stopping);
        IReadOnlyList<Refusal> objections = await ValidateVmAsync(start);
        return await loopback is { } address ? [.. objections, RefusalText.Loopback(start.DestinationUri, agent.Host, start.Destination, address)] : objections;
    }

    private async Task<IReadOnlyList<Refusal>> ValidateVmAsync(StartMigration start)
    {
        var state = await hypervisor.FindVmAsync(start.VmId, agent.Stopping);
        if (state is null)
            return [new Refusal(RefusalCode.UnknownVm, $"{agent.Host} has no VM {start.VmId}")];
        if (monitors.Find(start.VmId) is { Job.Record: var other })
            return [new Refusal(RefusalCode.AlreadyMigrating, $"{state.Name} is in migration {other.MigrationId}, attempt {other.Epoch}")];
        if (state.State is not VmRunState.Running)
            return [VmMigratability.NotRunning(state.Name, state.Detail, agent.Host)];

        // Before anything that would wait for QEMU.
        var vm = await hypervisor.DescribeVmAsync(start.VmId, agent.Stopping);
        if (vm is { NotResponding: true })
            return [VmMigratability.NotResponding(state.Name, agent.Host)];
        if (await hypervisor.ReadJobAsync(start.VmId, agent.Stopping) is { } job)
            return [new Refusal(RefusalCode.AlreadyMigrating, $"{state.Name} has another job on {agent.Host} ({job.Operation})")];
        return
        [
            .. MigrationOptionsValidator.ValidateCombinations(start.Options),
            .. CopiedDisks.ValidateNames(state.Name, vm?.Disks ?? [], start.Options),
        ];
    }

    /// <summary>
    /// The parameters that libvirt accepts before the job starts. Set even where the start has none, because libvirt keeps those of the VM's
    /// previous migration.
    /// </summary>
    private async Task<(IReadOnlyList<ParameterAnswer> Parameters, TimeSpan? Downtime)> SetInitialParametersAsync(StartMigration start)
    {
        var (options, vm) = (start.Options, start.VmId);
        var setter = new ParameterSetter(retrier, vm, start.MigrationId);
        var max = options.MaxDowntime ?? QemuLimits.DefaultMaxDowntime;
        var isRaised = start.Limits.EnableDowntimeThread;
        var first = isRaised ? DowntimeSteps.LimitAt(max, 0) : max;

        var downtime = await setter.TrySetAsync(
            MigrationParameter.MaxDowntime,
            isRaised ? $"the agent raises it from {FormatMilliseconds(first)} to {FormatMilliseconds(max)}, iteration by iteration" : FormatMilliseconds(first),
            () => hypervisor.SetMaxDowntimeAsync(vm, first, agent.Stopping),
            isRaised ? ParameterResult.Emulated : ParameterResult.Applied);
        var bandwidth = await SetBandwidthAsync(setter, MigrationParameter.Bandwidth, vm, CopyStage.PreCopy, options.Bandwidth);
        var postCopy = options.PostCopy ? await SetBandwidthAsync(setter, MigrationParameter.PostCopyBandwidth, vm, CopyStage.PostCopy, options.PostCopyBandwidth) : null;

        var answers = StartParameterReport.Describe(options)
            .Concat(IfReportable(downtime, isRaised || options.MaxDowntime is not null))
            .Concat(IfReportable(bandwidth, options.Bandwidth is not null))
            .Concat(postCopy is null ? [] : IfReportable(postCopy, options.PostCopyBandwidth is not null));
        return ([.. answers], downtime.Result is ParameterResult.Refused or ParameterResult.Failed ? null : first);
    }

    private Task<ParameterAnswer> SetBandwidthAsync(ParameterSetter setter, MigrationParameter parameter, VmId vm, CopyStage stage, BytesPerSecond? limit) =>
        setter.TrySetAsync(parameter, limit is { } rate ? $"{rate}" : "no limit", () => hypervisor.SetBandwidthAsync(vm, stage, limit, agent.Stopping));

    private static IEnumerable<ParameterAnswer> IfReportable(ParameterAnswer answer, bool isRequested) =>
        isRequested || answer.Result is ParameterResult.Refused or ParameterResult.Failed ? [answer] : [];

    private static string FormatMilliseconds(TimeSpan time) => $"{time.TotalMilliseconds:0} ms";
}
