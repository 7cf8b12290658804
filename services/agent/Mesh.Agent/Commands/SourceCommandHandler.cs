using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Agent.Commands;

/// <summary>What a source is told to do: start a job, change it, abort it.</summary>
internal sealed class SourceCommandHandler(AgentContext agent, MigrationMonitors monitors)
{
    public async Task<CommandOutcome> StartAsync(StartMigration start, MigrationRecord record)
    {
        if (record.IsAbortRequested)
            return CommandOutcome.Refused(RefusalCode.Aborted, $"attempt {start.Epoch} of {start.MigrationId} was aborted before it began");
        if (record.Source is not null)
            return CommandOutcome.Refused(RefusalCode.AlreadyMigrating, $"attempt {start.Epoch} of {start.MigrationId} has begun already");
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
                agent.ReportRequested.Set();
            },
        };
    }

    public async Task<CommandOutcome> AbortAsync(MigrationRecord record)
    {
        if (record.Source is null)
            return await AbortUnknownAsync(record);
        if (record.Source.Ended is { } ended)
            return ended.Result is JobResult.Completed
                ? CommandOutcome.Refused(RefusalCode.HypervisorError, "the migration has completed: the machine runs on the destination")
                : CommandOutcome.Done;
        if (monitors.Find(record) is not { } monitor)
            return CommandOutcome.Failed(RefusalCode.HypervisorError, "the job is recorded as running but nobody follows it");
        if (monitor.IsPastPointOfNoReturn)
            return RefuseInPostCopy();

        // First on paper: should the agent die now, the next one goes on aborting.
        agent.Store.Update(record, known => known with { IsAbortRequested = true });
        var objection = await monitor.Abort.TryAsync();
        if (objection?.Code is HypervisorErrorCode.InPostCopy)
            return RefuseInPostCopy() with { RecordUpdate = known => known with { IsAbortRequested = false } };

        // Any other objection, such as that there is no job yet, is met by trying again until the job has ended.
        monitor.Wake();
        return CommandOutcome.Done;
    }

    /// <summary>
    /// An attempt that this agent knows nothing of: either the start is still to come and must be refused, or the agent has lost its
    /// state while the job runs.
    /// </summary>
    private async Task<CommandOutcome> AbortUnknownAsync(MigrationRecord record)
    {
        try
        {
            if (await agent.Hypervisor.ReadJobAsync(record.VmId, agent.Stopping) is { Operation: JobOperation.MigrationOut })
                await agent.Hypervisor.AbortJobAsync(record.VmId, agent.Stopping);
        }
        catch (HypervisorException e) when (e.Code is HypervisorErrorCode.InPostCopy)
        {
            return RefuseInPostCopy();
        }
        catch (HypervisorException e) when (e.Code is HypervisorErrorCode.NoJob or HypervisorErrorCode.NoVm)
        {
            // It has just ended, or the machine is gone: nothing runs that could be aborted.
        }

        return CommandOutcome.Done with { RecordUpdate = known => known with { IsAbortRequested = true } };
    }

    public Task<CommandOutcome> ChangeAsync(ChangeParameters change, MigrationRecord record) =>
        monitors.Find(record) is { } monitor
            ? new ParameterChangeHandler(agent, monitor).ApplyAsync(change, record)
            : Task.FromResult(CommandOutcome.Refused(RefusalCode.HypervisorError, $"no job of attempt {record.Epoch} of {record.MigrationId} runs on {agent.Host}"));

    private static CommandOutcome RefuseInPostCopy() =>
        CommandOutcome.Refused(RefusalCode.HypervisorError, "the machine runs on the destination and still needs memory from here: aborting would lose it");

    private async Task<IReadOnlyList<Refusal>> ValidateAsync(StartMigration start)
    {
        var loopback = agent.Hypervisor.FindLoopbackAddressAsync(start.DestinationUri, agent.Stopping);
        IReadOnlyList<Refusal> objections = await ValidateVmAsync(start);
        return await loopback is { } address ? [.. objections, RefusalText.Loopback(start.DestinationUri, agent.Host, start.Destination, address)] : objections;
    }

    private async Task<IReadOnlyList<Refusal>> ValidateVmAsync(StartMigration start)
    {
        var states = await agent.Hypervisor.ListVmsAsync(agent.Stopping);
        var state = states.FirstOrDefault(vm => vm.Id == start.VmId);
        if (state is null)
            return [new Refusal(RefusalCode.UnknownVm, $"{agent.Host} has no machine {start.VmId}")];
        if (monitors.Find(start.VmId) is { Record: var other })
            return [new Refusal(RefusalCode.AlreadyMigrating, $"{state.Name} is in migration {other.MigrationId}, attempt {other.Epoch}")];
        if (state.State is not VmRunState.Running)
            return [VmMigratability.NotRunning(state.Name, state.Detail, agent.Host)];
        if (await agent.Hypervisor.ReadJobAsync(start.VmId, agent.Stopping) is { } job)
            return [new Refusal(RefusalCode.AlreadyMigrating, $"{state.Name} has another job on {agent.Host} ({job.Operation})")];

        var vms = await agent.Hypervisor.DescribeVmsAsync(agent.Stopping);
        return
        [
            .. MigrationOptionsValidator.ValidateCombinations(start.Options),
            .. CopiedDisks.ValidateNames(state.Name, vms.FirstOrDefault(vm => vm.Id == start.VmId)?.Disks ?? [], start.Options),
        ];
    }

    /// <summary>
    /// What libvirt takes before the job begins. Set even where the start says nothing, because libvirt keeps what an earlier
    /// migration of the machine left behind.
    /// </summary>
    private async Task<(IReadOnlyList<ParameterAnswer> Parameters, TimeSpan? Downtime)> SetInitialParametersAsync(StartMigration start)
    {
        var (options, vm) = (start.Options, start.VmId);
        var max = options.MaxDowntime ?? QemuLimits.DefaultMaxDowntime;
        var isRaised = start.Limits.EnableDowntimeThread;
        var first = isRaised ? DowntimeSteps.LimitAt(max, 0) : max;

        var downtime = await ParameterSetter.TrySetAsync(
            MigrationParameter.MaxDowntime,
            isRaised ? $"the agent raises it from {FormatMilliseconds(first)} to {FormatMilliseconds(max)} pass by pass" : FormatMilliseconds(first),
            () => agent.Hypervisor.SetMaxDowntimeAsync(vm, first, agent.Stopping),
            isRaised ? ParameterResult.Emulated : ParameterResult.Applied);
        var bandwidth = await SetBandwidthAsync(MigrationParameter.Bandwidth, vm, CopyStage.PreCopy, options.Bandwidth);
        var postCopy = options.PostCopy ? await SetBandwidthAsync(MigrationParameter.PostCopyBandwidth, vm, CopyStage.PostCopy, options.PostCopyBandwidth) : null;

        var answers = StartParameterReport.Describe(options)
            .Concat(IfReportable(downtime, isRaised || options.MaxDowntime is not null))
            .Concat(IfReportable(bandwidth, options.Bandwidth is not null))
            .Concat(postCopy is null ? [] : IfReportable(postCopy, options.PostCopyBandwidth is not null));
        return ([.. answers], downtime.Result is ParameterResult.Refused ? null : first);
    }

    private Task<ParameterAnswer> SetBandwidthAsync(MigrationParameter parameter, VmId vm, CopyStage stage, BytesPerSecond? limit) =>
        ParameterSetter.TrySetAsync(parameter, limit is { } rate ? $"{rate}" : "no limit", () => agent.Hypervisor.SetBandwidthAsync(vm, stage, limit, agent.Stopping));

    private static IEnumerable<ParameterAnswer> IfReportable(ParameterAnswer answer, bool wasAskedFor) =>
        wasAskedFor || answer.Result is ParameterResult.Refused ? [answer] : [];

    private static string FormatMilliseconds(TimeSpan time) => $"{time.TotalMilliseconds:0} ms";
}
