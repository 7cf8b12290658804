using System.Text.Json;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;
using Mesh.Scheduler.Draining;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Host.Store;

namespace Mesh.Scheduler.Host.Drains;

/// <summary>
/// The shell around drains: plans them, keeps them, steps those that are open at every turn, and only then has done what the step wants. A
/// crash in between is made good by the next step, because everything that it asks for bears an identity of its own.
/// </summary>
internal sealed partial class DrainService(
    FleetReader reader, SchedulerStore store, DrainExecutor executor, FleetChangeSignal signal, TimeProvider time, ILogger<DrainService> log)
{
    private const int WithdrawalsMax = 5;

    /// <summary>Plans a drain, and begins it unless only the plan is wanted.</summary>
    public async Task<DrainAnswer> StartAsync(DrainHosts request, CancellationToken cancellation)
    {
        if (await store.FindDrainAsync(request.Id, cancellation) is { } known)
            return new DrainAnswer(known.Drain);
        var reading = await reader.ReadAsync(0, cancellation);
        if (Validate(request, reading) is { } refused)
            return refused;
        var plan = DrainPlanner.Plan(reading.Fleet, request, time.GetUtcNow());
        return request.DryRun
            ? new DrainAnswer(plan)
            : await StartAsync(plan, [.. request.Hosts.Select(host => new HostCordon(host, CordonState.Draining, request.RequestedBy, plan.At, request.Reason, plan.Id))], [], cancellation);
    }

    /// <summary>Plans the way back of what a drain has moved, and begins it unless only the plan is wanted.</summary>
    public async Task<DrainAnswer> UndoAsync(UndoDrain request, CancellationToken cancellation)
    {
        if (await store.FindDrainAsync(request.Id, cancellation) is { } known)
            return new DrainAnswer(known.Drain);
        if (!IsValidId(request.Id))
            return InvalidId(request.Id);
        if (await FindAsync(request.Drain, cancellation) is not { } drain)
            return new DrainAnswer(null, $"there is no drain '{request.Drain}', and no host of that name was drained (`mesh drains` lists them)", IsNotFound: true);
        if (drain.Drain.State == DrainState.Running)
            return new DrainAnswer(null, $"drain {drain.Drain.Id} still runs; withdraw it first (`mesh drain --withdraw {drain.Drain.Id}`)");
        if (drain.IsActive && !drain.IsOpen)
            return new DrainAnswer(null, $"machines of drain {drain.Drain.Id} are still under way; undo it when they have arrived");
        var fleet = await reader.ReadAsync(cancellation);
        var plan = DrainPlanner.PlanUndo(drain.Drain, fleet, request, time.GetUtcNow());
        if (request.DryRun)
            return new DrainAnswer(plan);

        // One that is stuck is over with it, so that it does not empty again what is filled.
        if (drain.IsOpen)
            await store.SaveAsync(drain.Drain with { State = DrainState.Cancelled, EndedAt = time.GetUtcNow() }, drain.Version, [], [], cancellation);
        return await StartAsync(plan, [], drain.Drain.Hosts, cancellation);
    }

    /// <summary>Gives a drain up; its hosts take machines again.</summary>
    public async Task<SchedulerAnswer> WithdrawAsync(CancelDrain request, CancellationToken cancellation)
    {
        if (await FindAsync(request.Id, cancellation) is not { } drain)
            return new SchedulerAnswer(false, $"there is no drain '{request.Id}', and no host of that name was drained (`mesh drains` lists them)", IsNotFound: true);
        if (!drain.IsOpen)
            return new SchedulerAnswer(false, $"drain {drain.Drain.Id} is over: it is {drain.Drain.State}");
        return await WithdrawAsync(drain.Drain.Id, request.RequestedBy, request.AbortRunning, cancellation)
            ? new SchedulerAnswer(true, $"drain {drain.Drain.Id} is withdrawn; {string.Join(", ", drain.Drain.Hosts)} takes machines again, and what copies {(request.AbortRunning ? "is aborted" : "goes on")}")
            : new SchedulerAnswer(false, $"drain {drain.Drain.Id} has moved on meanwhile; ask again");
    }

    /// <summary>Gives up every open drain of a host; tells which.</summary>
    public async Task<IReadOnlyList<string>> WithdrawAllOfHostAsync(HostName host, string by, CancellationToken cancellation)
    {
        var reading = await reader.ReadAsync(0, cancellation);
        List<string> withdrawn = [];
        foreach (var drain in reading.State.Drains.Where(drain => drain.IsOpen && drain.Drain.Undoes is null && drain.Drain.Hosts.Contains(host)))
            if (await WithdrawAsync(drain.Drain.Id, by, abortRunning: false, cancellation))
                withdrawn.Add(drain.Drain.Id);
        return withdrawn;
    }

    /// <summary>The drain of that identity, or the newest one of the host of that name that undoes no other; null if there is none.</summary>
    public async Task<StoredDrain?> FindAsync(string id, CancellationToken cancellation) =>
        await store.FindDrainAsync(id, cancellation)
        ?? (await store.ListDrainsAsync(int.MaxValue, cancellation)).FirstOrDefault(drain => drain.Drain.Undoes is null && drain.Drain.Hosts.Any(host => host.Value == id));

    /// <summary>Steps every drain that there may be more to do for.</summary>
    public async Task<DrainStepResult> StepAsync(FleetSnapshot reading, CancellationToken cancellation)
    {
        var hasChanged = false;
        DateTimeOffset? next = null;
        foreach (var drain in reading.State.Drains)
        {
            var ended = await executor.FindEndedAsync(drain.Drain, reading.Fleet, cancellation);
            var step = DrainStateMachine.Step(drain.Drain, reading.Fleet, ended, time.GetUtcNow());
            hasChanged |= await ApplyStepAsync(drain, step, reading, cancellation);
            next = next is null || step.NextDue < next ? step.NextDue : next;
        }

        return new DrainStepResult(hasChanged, next);
    }

    private async Task<DrainAnswer> StartAsync(DrainView plan, IReadOnlyList<HostCordon> close, IReadOnlyList<HostName> open, CancellationToken cancellation)
    {
        var drain = plan with { State = DrainState.Running };
        if (!await store.SaveAsync(drain, 0, close, open, cancellation))
            return new DrainAnswer((await store.FindDrainAsync(drain.Id, cancellation))?.Drain);
        LogStarted(drain.Id, string.Join(", ", drain.Hosts), drain.Moves.Count, drain.BlockedVms.Count, drain.Makespan.TotalSeconds, drain.RequestedBy, drain.Reason);
        signal.Notify();
        return new DrainAnswer(drain);
    }

    // A turn may move it on at the same moment; then what has come of it is withdrawn.
    private async Task<bool> WithdrawAsync(string id, string by, bool abortRunning, CancellationToken cancellation)
    {
        for (var attempt = 1; attempt <= WithdrawalsMax; attempt++)
        {
            if (await store.FindDrainAsync(id, cancellation) is not { IsOpen: true } drain)
                return false;
            var fleet = await reader.ReadAsync(cancellation);
            var step = DrainStateMachine.Withdraw(drain.Drain, abortRunning, fleet.Migrations, time.GetUtcNow());
            if (!await store.SaveAsync(step.Drain, drain.Version, [], drain.Drain.Undoes is null ? drain.Drain.Hosts : [], cancellation))
                continue;
            LogWithdrawn(id, by);
            await executor.ExecuteAsync(step, fleet, by, cancellation);
            signal.Notify();
            return true;
        }

        return false;
    }

    private async Task<bool> ApplyStepAsync(StoredDrain drain, DrainStep step, FleetSnapshot reading, CancellationToken cancellation)
    {
        var hasChanged = HasChanged(drain.Drain, step.Drain) || step.Cordons.Count > 0;
        if (hasChanged && !await store.SaveAsync(step.Drain, drain.Version, [.. step.Cordons.Select(cordon => Cordon(cordon, drain.Drain, reading))], [], cancellation))
            return true;
        if (step.Drain.State != drain.Drain.State)
            LogState(drain.Drain.Id, step.Drain.State, step.Drain.Moves.Count(move => move.State == DrainMoveState.Completed), step.Drain.Moves.Count, step.Drain.BlockedVms.Count);
        if (step.Drain.ReplanCount > drain.Drain.ReplanCount)
            LogReplanned(drain.Drain.Id, step.Drain.ReplanCount, step.Drain.Makespan.TotalSeconds);
        return await executor.ExecuteAsync(step, reading.Fleet, drain.Drain.RequestedBy, cancellation);
    }

    // When it is expected to end moves a little with every look at the clock; that alone is not worth keeping.
    private static bool HasChanged(DrainView before, DrainView after)
    {
        var isSameEnd = before.ExpectedEnd == after.ExpectedEnd || (before.ExpectedEnd - after.ExpectedEnd)?.Duration() < TimeSpan.FromSeconds(1);
        return !isSameEnd || Json(before) != Json(after with { ExpectedEnd = before.ExpectedEnd });
    }

    private static string Json(DrainView drain) => JsonSerializer.Serialize(drain, MeshJson.Options);

    private HostCordon Cordon((HostName Host, CordonState State) cordon, DrainView drain, FleetSnapshot reading) =>
        reading.State.Cordons.FirstOrDefault(known => known.Host == cordon.Host) is { } known
            ? known with { State = cordon.State }
            : new HostCordon(cordon.Host, cordon.State, drain.RequestedBy, time.GetUtcNow(), drain.Reason, drain.Id);

    private static DrainAnswer? Validate(DrainHosts request, FleetSnapshot reading)
    {
        if (!IsValidId(request.Id))
            return InvalidId(request.Id);
        if (request.Hosts.Count == 0)
            return new DrainAnswer(null, "no host is named; at least one is to be drained");
        if (request.Hosts.GroupBy(host => host).FirstOrDefault(same => same.Count() > 1) is { } twice)
            return new DrainAnswer(null, $"{twice.Key} is named twice");
        if (request.Parallel is < 1)
            return new DrainAnswer(null, $"{request.Parallel} machines at once: 1 or more are moved");
        if (request.Hosts.Where(host => reading.Fleet.Hosts.All(known => known.Inventory.Host != host)).ToList() is { Count: > 0 } unknown)
            return new DrainAnswer(null, HostAvailability.UnknownHost(unknown[0]).Message, IsNotFound: true);
        return reading.State.Drains.FirstOrDefault(open => open.IsOpen && open.Drain.Hosts.Intersect(request.Hosts).Any()) is { } other && !request.DryRun
            ? new DrainAnswer(null, $"{string.Join(", ", other.Drain.Hosts.Intersect(request.Hosts))} is in drain {other.Drain.Id} already, which is {other.Drain.State}")
            : null;
    }

    private static DrainAnswer InvalidId(string id) => new(null, $"'{id}' is no identity of a drain: it takes 1 to 32 letters, digits, dots, hyphens or underscores");

    private static bool IsValidId(string id) => id.Length is > 0 and <= 32 && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');

    [LoggerMessage(5040, LogLevel.Information, "Drain {Drain} of {Hosts} begins: {Moves} machines to move, {Stuck} that cannot be, {Seconds:0} s predicted; asked for by {By}. {Why}")]
    private partial void LogStarted(string drain, string hosts, int moves, int stuck, double seconds, string by, string why);

    [LoggerMessage(5041, LogLevel.Information, "Drain {Drain} is {State}: {Done} of {Moves} machines have moved, {Stuck} cannot")]
    private partial void LogState(string drain, DrainState state, int done, int moves, int stuck);

    [LoggerMessage(5042, LogLevel.Information, "Drain {Drain} was planned anew, the {Count}. time, because predictions have moved; {Seconds:0} s are predicted from now on")]
    private partial void LogReplanned(string drain, int count, double seconds);

    [LoggerMessage(5043, LogLevel.Information, "Drain {Drain} was withdrawn by {By}")]
    private partial void LogWithdrawn(string drain, string by);
}

/// <summary>What stepping the drains did.</summary>
/// <param name="HasChanged">Whether migrations were asked for or changed, or somebody else has moved a drain on: what was read is old.</param>
/// <param name="NextDue">When time alone would change something; null if it would not.</param>
internal sealed record DrainStepResult(bool HasChanged, DateTimeOffset? NextDue);
