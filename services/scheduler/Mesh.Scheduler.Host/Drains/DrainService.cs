using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hosting.Background;
using Mesh.Hypervisor;
using Mesh.Scheduler.Draining;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Host.Store;

namespace Mesh.Scheduler.Host.Drains;

/// <summary>
/// Plans, saves and steps drains. In every pass it saves a step first and then executes it; after a crash in between, the next step sends the
/// same requests again, and their IDs make that harmless.
/// </summary>
internal sealed partial class DrainService(
    FleetReader reader,
    SchedulerStore store,
    DrainExecutor executor,
    [FromKeyedServices(FleetReader.ChangeSignal)] AsyncSignal signal,
    TimeProvider time,
    ILogger<DrainService> log)
{
    private const int CancelAttemptsMax = 5;

    private volatile IReadOnlyDictionary<string, DrainEstimate> _estimates = new Dictionary<string, DrainEstimate>(StringComparer.Ordinal);

    /// <summary>Plans a drain, and starts it unless it is a dry run.</summary>
    public async Task<DrainAnswer> StartAsync(DrainHosts request, CancellationToken cancellation)
    {
        if (await store.FindDrainAsync(request.Id, cancellation) is { } known)
            return new DrainAnswer(ToView(known));
        var reading = await reader.ReadAsync(0, cancellation);
        if (Validate(request, reading) is { } refused)
            return refused;
        var plan = DrainPlanner.Plan(reading.Fleet, request, time.GetUtcNow());
        return request.DryRun
            ? new DrainAnswer(plan.ToView())
            : await StartAsync(plan, [.. request.Hosts.Select(host => new HostCordon(host, CordonState.Draining, request.RequestedBy, plan.RequestedAt, request.Reason, plan.Id))], [], cancellation);
    }

    /// <summary>Plans to move the VMs of a drain back, and starts unless it is a dry run.</summary>
    public async Task<DrainAnswer> UndoAsync(UndoDrain request, CancellationToken cancellation)
    {
        if (await store.FindDrainAsync(request.Id, cancellation) is { } known)
            return new DrainAnswer(ToView(known));
        if (!IsValidId(request.Id))
            return InvalidId(request.Id);
        if (await FindAsync(request.Drain, cancellation) is not { } drain)
            return new DrainAnswer(null, $"no drain '{request.Drain}', and no drained host of that name (`mesh drains` lists them)", IsNotFound: true);
        if (drain.Drain.State == DrainState.Running)
            return new DrainAnswer(null, $"drain {drain.Drain.Id} is running; cancel it first (`mesh drain --cancel {drain.Drain.Id}`)");
        if (drain.IsActive && !drain.IsOpen)
            return new DrainAnswer(null, $"VMs of drain {drain.Drain.Id} are still migrating; undo it when they have arrived");
        var fleet = await reader.ReadAsync(cancellation);
        var plan = DrainPlanner.PlanUndo(drain.Drain, fleet, request, time.GetUtcNow());
        if (request.DryRun)
            return new DrainAnswer(plan.ToView());

        // A blocked drain ends here, so that it does not empty the host again.
        if (drain.IsOpen)
            await store.SaveAsync(drain.Drain with { State = DrainState.Cancelled, EndedAt = time.GetUtcNow() }, drain.Version, [], [], cancellation);
        return await StartAsync(plan, [], drain.Drain.Hosts, cancellation);
    }

    /// <summary>Cancels a drain and uncordons its hosts.</summary>
    public async Task<SchedulerAnswer> CancelAsync(CancelDrain request, CancellationToken cancellation)
    {
        if (await FindAsync(request.Id, cancellation) is not { } drain)
            return new SchedulerAnswer(false, $"no drain '{request.Id}', and no drained host of that name (`mesh drains` lists them)", IsNotFound: true);
        if (!drain.IsOpen)
            return new SchedulerAnswer(false, $"drain {drain.Drain.Id} has already ended: {drain.Drain.State}");
        return await CancelAsync(drain.Drain.Id, request.RequestedBy, request.AbortRunning, cancellation)
            ? new SchedulerAnswer(true, $"drain {drain.Drain.Id} is cancelled and {string.Join(", ", drain.Drain.Hosts)} uncordoned; running migrations {(request.AbortRunning ? "are aborted" : "continue")}")
            : new SchedulerAnswer(false, $"drain {drain.Drain.Id} was updated concurrently; try again");
    }

    /// <summary>Cancels every open drain of a host, and returns their IDs.</summary>
    public async Task<IReadOnlyList<string>> CancelAllOfHostAsync(HostName host, string by, CancellationToken cancellation)
    {
        var reading = await reader.ReadAsync(0, cancellation);
        List<string> cancelled = [];
        foreach (var drain in reading.State.Drains.Where(drain => drain.IsOpen && drain.Drain.Undoes is null && drain.Drain.Hosts.Contains(host)))
            if (await CancelAsync(drain.Drain.Id, by, abortRunning: false, cancellation))
                cancelled.Add(drain.Drain.Id);
        return cancelled;
    }

    /// <summary>The drain with that ID, or the newest drain of the host with that name, except undos; null if there is none.</summary>
    public async Task<StoredDrain?> FindAsync(string id, CancellationToken cancellation) =>
        await store.FindDrainAsync(id, cancellation)
        ?? (await store.ListDrainsAsync(int.MaxValue, cancellation)).FirstOrDefault(drain => drain.Drain.Undoes is null && drain.Drain.Hosts.Any(host => host.Value == id));

    /// <summary>The drain as it is shown, with the estimate of the newest pass.</summary>
    public DrainView ToView(StoredDrain drain) => drain.Drain.ToView(_estimates.GetValueOrDefault(drain.Drain.Id));

    /// <summary>Steps every active drain.</summary>
    public async Task<DrainStepResult> StepAsync(FleetSnapshot reading, CancellationToken cancellation)
    {
        var hasChanged = false;
        DateTimeOffset? next = null;
        var estimates = new Dictionary<string, DrainEstimate>(StringComparer.Ordinal);
        foreach (var drain in reading.State.Drains)
        {
            var ended = await executor.FindEndedAsync(drain.Drain, reading.Fleet, cancellation);
            var step = DrainStateMachine.Step(drain.Drain, reading.Fleet, ended, time.GetUtcNow());
            estimates[drain.Drain.Id] = step.Estimate;
            hasChanged |= await ApplyStepAsync(drain, step, reading, cancellation);
            next = next is null || step.NextDue < next ? step.NextDue : next;
        }

        _estimates = estimates;
        return new DrainStepResult(hasChanged, next);
    }

    private async Task<DrainAnswer> StartAsync(Drain plan, IReadOnlyList<HostCordon> cordons, IReadOnlyList<HostName> uncordoned, CancellationToken cancellation)
    {
        var drain = plan with { State = DrainState.Running };
        if (!await store.SaveAsync(drain, 0, cordons, uncordoned, cancellation))
            return new DrainAnswer(await store.FindDrainAsync(drain.Id, cancellation) is { } other ? ToView(other) : null);
        LogStarted(drain.Id, string.Join(", ", drain.Hosts), drain.Moves.Count, drain.BlockedVms.Count, drain.Makespan.TotalSeconds, drain.RequestedBy, drain.Reason.Length > 0 ? $": {drain.Reason}" : "");
        signal.Set();
        return new DrainAnswer(drain.ToView());
    }

    // A pass may update it at the same moment; then its newer state is cancelled.
    private async Task<bool> CancelAsync(string id, string by, bool abortRunning, CancellationToken cancellation)
    {
        for (var attempt = 1; attempt <= CancelAttemptsMax; attempt++)
        {
            if (await store.FindDrainAsync(id, cancellation) is not { IsOpen: true } drain)
                return false;
            var fleet = await reader.ReadAsync(cancellation);
            var step = DrainStateMachine.Cancel(drain.Drain, abortRunning, fleet.Migrations, time.GetUtcNow());
            if (!await store.SaveAsync(step.Drain, drain.Version, [], drain.Drain.Undoes is null ? drain.Drain.Hosts : [], cancellation))
                continue;
            LogCancelled(id, by);
            await executor.ExecuteAsync(step, fleet, by, cancellation);
            signal.Set();
            return true;
        }

        return false;
    }

    private async Task<bool> ApplyStepAsync(StoredDrain drain, DrainStep step, FleetSnapshot reading, CancellationToken cancellation)
    {
        var hasChanged = !step.Drain.HasSameContent(drain.Drain) || step.Cordons.Count > 0;
        if (hasChanged && !await store.SaveAsync(step.Drain, drain.Version, [.. step.Cordons.Select(cordon => Cordon(cordon, drain.Drain, reading))], [], cancellation))
            return true;
        if (step.Drain.State != drain.Drain.State)
            LogState(drain.Drain.Id, step.Drain.State, step.Drain.Moves.Count(move => move.State == DrainMoveState.Completed), step.Drain.Moves.Count, step.Drain.BlockedVms.Count);
        if (step.Drain.ReplanCount > drain.Drain.ReplanCount)
            LogReplanned(drain.Drain.Id, step.Drain.ReplanCount, step.Drain.Makespan.TotalSeconds);
        return await executor.ExecuteAsync(step, reading.Fleet, drain.Drain.RequestedBy, cancellation);
    }

    private HostCordon Cordon((HostName Host, CordonState State) cordon, Drain drain, FleetSnapshot reading) =>
        reading.State.Cordons.FirstOrDefault(known => known.Host == cordon.Host) is { } known
            ? known with { State = cordon.State }
            : new HostCordon(cordon.Host, cordon.State, drain.RequestedBy, time.GetUtcNow(), drain.Reason, drain.Id);

    private static DrainAnswer? Validate(DrainHosts request, FleetSnapshot reading)
    {
        if (!IsValidId(request.Id))
            return InvalidId(request.Id);
        if (request.Hosts.Count == 0)
            return new DrainAnswer(null, "no host given; name at least one host to drain");
        if (request.Hosts.GroupBy(host => host).FirstOrDefault(same => same.Count() > 1) is { } twice)
            return new DrainAnswer(null, $"{twice.Key} is given twice");
        if (request.Parallel is < 1)
            return new DrainAnswer(null, $"parallel is {request.Parallel}; at least 1 is required");
        if (request.Hosts.Where(host => reading.Fleet.Hosts.All(known => known.Inventory.Host != host)).ToList() is { Count: > 0 } unknown)
            return new DrainAnswer(null, HostAvailability.UnknownHost(unknown[0]).Message, IsNotFound: true);
        return reading.State.Drains.FirstOrDefault(open => open.IsOpen && open.Drain.Hosts.Intersect(request.Hosts).Any()) is { } other && !request.DryRun
            ? new DrainAnswer(null, $"{string.Join(", ", other.Drain.Hosts.Intersect(request.Hosts))} is already in drain {other.Drain.Id} ({other.Drain.State})")
            : null;
    }

    private static DrainAnswer InvalidId(string id) => new(null, $"'{id}' is not a valid drain ID: expected 1 to 32 letters, digits, dots, hyphens or underscores");

    private static bool IsValidId(string id) => id.Length is > 0 and <= 32 && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');

    [LoggerMessage(5040, LogLevel.Information, "Drain {Drain} of {Hosts} started: {Moves} VMs to move, {Blocked} blocked, {Seconds:0} s predicted; requested by {By}{Why}")]
    private partial void LogStarted(string drain, string hosts, int moves, int blocked, double seconds, string by, string why);

    [LoggerMessage(5041, LogLevel.Information, "Drain {Drain} is {State}: {Done} of {Moves} VMs moved, {Blocked} blocked")]
    private partial void LogState(string drain, DrainState state, int done, int moves, int blocked);

    [LoggerMessage(5042, LogLevel.Information, "Drain {Drain} replanned (#{Count}): estimates changed; {Seconds:0} s predicted from now")]
    private partial void LogReplanned(string drain, int count, double seconds);

    [LoggerMessage(5043, LogLevel.Information, "Drain {Drain} cancelled by {By}")]
    private partial void LogCancelled(string drain, string by);
}

/// <summary>The result of stepping the drains.</summary>
/// <param name="HasChanged">Whether migrations were requested or changed, or a drain was updated by somebody else, so that the fleet must be read again.</param>
/// <param name="NextDue">When the passing of time alone changes something; null if it does not.</param>
internal sealed record DrainStepResult(bool HasChanged, DateTimeOffset? NextDue);
