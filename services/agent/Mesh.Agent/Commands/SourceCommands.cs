using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Agent.Running;
using Mesh.Agent.State;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Commands;

/// <summary>What a source is told to do: start a job, change it, abort it.</summary>
internal sealed class SourceCommands(AgentContext agent, Followers followers)
{
    public async Task<Handled> StartAsync(StartMigration start, MigrationRecord record)
    {
        if (record.IsAbortRequested)
            return Handled.Refused(RefusalCode.Aborted, $"attempt {start.Epoch} of {start.MigrationId} was aborted before it began");
        if (record.Source is not null)
            return Handled.Refused(RefusalCode.AlreadyMigrating, $"attempt {start.Epoch} of {start.MigrationId} has begun already");
        if (await ObjectionsAsync(start) is { Count: > 0 } objections)
            return Handled.Refused(objections);

        var (parameters, downtime) = await SetBeforehandAsync(start);
        return new Handled(CommandResult.Done)
        {
            Parameters = parameters,
            Change = known => known with
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
            Then = started =>
            {
                followers.Follow(started, isNew: true, downtime);
                agent.ReportSoon.Give();
            },
        };
    }

    public async Task<Handled> AbortAsync(MigrationRecord record)
    {
        if (record.Source is null)
            return await AbortUnknownAsync(record);
        if (record.Source.Ended is { } ended)
            return ended.Result is JobResult.Completed
                ? Handled.Refused(RefusalCode.Hypervisor, "the migration has completed: the machine runs on the destination")
                : Handled.Done;
        if (followers.Of(record) is not { } follower)
            return Handled.Failed(RefusalCode.Hypervisor, "the job is recorded as running but nobody follows it");
        if (follower.IsPastReturn)
            return TooLate();

        // First on paper: should the agent die now, the next one goes on aborting.
        agent.Store.Change(record, known => known with { IsAbortRequested = true });
        var objection = await follower.Abort.TryAsync();
        if (objection?.Code is HypervisorErrorCode.InPostCopy)
            return TooLate() with { Change = known => known with { IsAbortRequested = false } };

        // Any other objection, such as that there is no job yet, is met by trying again until the job has ended.
        follower.Wake();
        return Handled.Done;
    }

    /// <summary>
    /// An attempt that this agent knows nothing of: either the start is still to come and must be refused, or the agent has lost its
    /// state while the job runs.
    /// </summary>
    private async Task<Handled> AbortUnknownAsync(MigrationRecord record)
    {
        try
        {
            if (await agent.Hypervisor.ReadJobAsync(record.VmId, agent.Stopping) is { Operation: JobOperation.MigrationOut })
                await agent.Hypervisor.AbortJobAsync(record.VmId, agent.Stopping);
        }
        catch (HypervisorException e) when (e.Code is HypervisorErrorCode.InPostCopy)
        {
            return TooLate();
        }
        catch (HypervisorException e) when (e.Code is HypervisorErrorCode.NoJob or HypervisorErrorCode.NoVm)
        {
            // It has just ended, or the machine is gone: nothing runs that could be aborted.
        }

        return Handled.Done with { Change = known => known with { IsAbortRequested = true } };
    }

    public Task<Handled> ChangeAsync(ChangeParameters change, MigrationRecord record) =>
        followers.Of(record) is { } follower
            ? new ParameterChanges(agent, follower).ApplyAsync(change, record)
            : Task.FromResult(Handled.Refused(RefusalCode.Hypervisor, $"no job of attempt {record.Epoch} of {record.MigrationId} runs on {agent.Host}"));

    private static Handled TooLate() =>
        Handled.Refused(RefusalCode.Hypervisor, "the machine runs on the destination and still needs memory from here: aborting would lose it");

    private async Task<IReadOnlyList<Refusal>> ObjectionsAsync(StartMigration start)
    {
        var wayBack = agent.Hypervisor.FindWayBackAsync(start.DestinationUri, agent.Stopping);
        IReadOnlyList<Refusal> objections = await ObjectionsToMachineAsync(start);
        return await wayBack is { } address ? [.. objections, LeadsBack(start, address)] : objections;
    }

    private Refusal LeadsBack(StartMigration start, string address) => new(
        RefusalCode.LoopbackAddress,
        $"{start.DestinationUri} leads from {agent.Host} back to itself ({address}); "
        + $"the agent of {start.Destination} needs a --migration-target that other hosts reach it by");

    private async Task<IReadOnlyList<Refusal>> ObjectionsToMachineAsync(StartMigration start)
    {
        var states = await agent.Hypervisor.ListVmsAsync(agent.Stopping);
        var state = states.FirstOrDefault(vm => vm.Id == start.VmId);
        if (state is null)
            return [new Refusal(RefusalCode.UnknownVm, $"{agent.Host} has no machine {start.VmId}")];
        if (followers.Of(start.VmId) is { Record: var other })
            return [new Refusal(RefusalCode.AlreadyMigrating, $"{state.Name} is in migration {other.MigrationId}, attempt {other.Epoch}")];
        if (state.State is not VmRunState.Running)
            return [new Refusal(RefusalCode.VmNotRunning, $"{state.Name} is {state.Detail} on {agent.Host}; only a running machine can be migrated")];
        if (await agent.Hypervisor.ReadJobAsync(start.VmId, agent.Stopping) is { } job)
            return [new Refusal(RefusalCode.AlreadyMigrating, $"{state.Name} has another job on {agent.Host} ({job.Operation})")];

        var vms = await agent.Hypervisor.DescribeVmsAsync(agent.Stopping);
        return OptionRules.Objections(start.Options, vms.FirstOrDefault(vm => vm.Id == start.VmId)?.Disks ?? []);
    }

    /// <summary>
    /// What libvirt takes before the job begins. Set even where the start says nothing, because libvirt keeps what an earlier
    /// migration of the machine left behind.
    /// </summary>
    private async Task<(IReadOnlyList<ParameterAnswer> Parameters, TimeSpan? Downtime)> SetBeforehandAsync(StartMigration start)
    {
        var (options, vm) = (start.Options, start.VmId);
        var max = options.MaxDowntime ?? DowntimeKeeper.QemuDefault;
        var isRaised = start.Limits.EnableDowntimeThread;
        var first = isRaised ? DowntimeSteps.At(max, 0) : max;

        var downtime = await ParameterCall.TryAsync(
            "maxDowntime",
            isRaised ? $"the agent raises it from {Ms(first)} to {Ms(max)} pass by pass" : Ms(first),
            () => agent.Hypervisor.SetMaxDowntimeAsync(vm, first, agent.Stopping),
            isRaised ? ParameterResult.Emulated : ParameterResult.Applied);
        var bandwidth = await BandwidthAsync("bandwidth", vm, CopyStage.PreCopy, options.Bandwidth);
        var postCopy = options.PostCopy ? await BandwidthAsync("postCopyBandwidth", vm, CopyStage.PostCopy, options.PostCopyBandwidth) : null;

        var answers = StartParameters.Of(options)
            .Concat(IsWorthTelling(downtime, isRaised || options.MaxDowntime is not null))
            .Concat(IsWorthTelling(bandwidth, options.Bandwidth is not null))
            .Concat(postCopy is null ? [] : IsWorthTelling(postCopy, options.PostCopyBandwidth is not null));
        return ([.. answers], downtime.Result is ParameterResult.Refused ? null : first);
    }

    private Task<ParameterAnswer> BandwidthAsync(string name, VmId vm, CopyStage stage, BytesPerSecond? limit) =>
        ParameterCall.TryAsync(name, limit is { } rate ? $"{rate}" : "no limit", () => agent.Hypervisor.SetBandwidthAsync(vm, stage, limit, agent.Stopping));

    private static IEnumerable<ParameterAnswer> IsWorthTelling(ParameterAnswer answer, bool wasAskedFor) =>
        wasAskedFor || answer.Result is ParameterResult.Refused ? [answer] : [];

    private static string Ms(TimeSpan time) => $"{time.TotalMilliseconds:0} ms";
}
