using System.Text.Json;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Draining;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Host.Store;
using Mesh.Scheduler.Host.Turns;

namespace Mesh.Scheduler.Host.Drains;

/// <summary>
/// The shell around drains: plans them, keeps them, steps those that are open at every turn, and only then has done what the step wants. A
/// crash in between is made good by the next step, because everything that it asks for bears an identity of its own.
/// </summary>
internal sealed partial class DrainKeeper(
    FleetReader reader, SchedulerStore store, DrainHands hands, TurnSignal signal, TimeProvider time, ILogger<DrainKeeper> log)
{
    private const int WithdrawalsMax = 5;

    /// <summary>Plans a drain, and begins it unless only the plan is wanted.</summary>
    public async Task<DrainAnswer> BeginAsync(DrainHosts request, CancellationToken cancellation)
    {
        if (await store.DrainAsync(request.Id, cancellation) is { } known)
            return new DrainAnswer(known.View);
        var reading = await reader.ReadAsync(0, cancellation);
        if (Against(request, reading) is { } refused)
            return refused;
        var plan = DrainPlanner.Plan(reading.Fleet, request, time.GetUtcNow());
        return request.DryRun
            ? new DrainAnswer(plan)
            : await BeginAsync(plan, [.. request.Hosts.Select(host => new HostCordon(host, CordonState.Draining, request.By, plan.At, request.Why, plan.Id))], [], cancellation);
    }

    /// <summary>Plans the way back of what a drain has moved, and begins it unless only the plan is wanted.</summary>
    public async Task<DrainAnswer> UndoAsync(UndoDrain request, CancellationToken cancellation)
    {
        if (await store.DrainAsync(request.Id, cancellation) is { } known)
            return new DrainAnswer(known.View);
        if (!IsId(request.Id))
            return BadId(request.Id);
        if (await FindAsync(request.Drain, cancellation) is not { } drain)
            return new DrainAnswer(null, $"there is no drain '{request.Drain}', and no host of that name was drained (`mesh drains` lists them)", IsUnknown: true);
        if (drain.View.State == DrainState.Running)
            return new DrainAnswer(null, $"drain {drain.View.Id} still runs; withdraw it first (`mesh drain --withdraw {drain.View.Id}`)");
        if (drain.IsFollowed && !drain.IsOpen)
            return new DrainAnswer(null, $"machines of drain {drain.View.Id} are still under way; undo it when they have arrived");
        var fleet = await reader.ReadAsync(cancellation);
        var plan = DrainPlanner.Undo(drain.View, fleet, request, time.GetUtcNow());
        if (request.DryRun)
            return new DrainAnswer(plan);

        // One that is stuck is over with it, so that it does not empty again what is filled.
        if (drain.IsOpen)
            await store.KeepAsync(drain.View with { State = DrainState.Withdrawn, EndedAt = time.GetUtcNow() }, drain.Version, [], [], cancellation);
        return await BeginAsync(plan, [], drain.View.Hosts, cancellation);
    }

    /// <summary>Gives a drain up; its hosts take machines again.</summary>
    public async Task<SchedulerAnswer> WithdrawAsync(WithdrawDrain request, CancellationToken cancellation)
    {
        if (await FindAsync(request.Id, cancellation) is not { } drain)
            return new SchedulerAnswer(false, $"there is no drain '{request.Id}', and no host of that name was drained (`mesh drains` lists them)", IsUnknown: true);
        if (!drain.IsOpen)
            return new SchedulerAnswer(false, $"drain {drain.View.Id} is over: it is {drain.View.State}");
        return await WithdrawAsync(drain.View.Id, request.By, request.AbortRunning, cancellation)
            ? new SchedulerAnswer(true, $"drain {drain.View.Id} is withdrawn; {string.Join(", ", drain.View.Hosts)} takes machines again, and what copies {(request.AbortRunning ? "is aborted" : "goes on")}")
            : new SchedulerAnswer(false, $"drain {drain.View.Id} has moved on meanwhile; ask again");
    }

    /// <summary>Gives up every open drain of a host; tells which.</summary>
    public async Task<IReadOnlyList<string>> WithdrawAllOfAsync(HostName host, string by, CancellationToken cancellation)
    {
        var reading = await reader.ReadAsync(0, cancellation);
        List<string> withdrawn = [];
        foreach (var drain in reading.Kept.Drains.Where(drain => drain.IsOpen && drain.View.Undoes is null && drain.View.Hosts.Contains(host)))
            if (await WithdrawAsync(drain.View.Id, by, abortRunning: false, cancellation))
                withdrawn.Add(drain.View.Id);
        return withdrawn;
    }

    /// <summary>The drain of that identity, or the newest one of the host of that name that undoes no other; null if there is none.</summary>
    public async Task<KeptDrain?> FindAsync(string id, CancellationToken cancellation) =>
        await store.DrainAsync(id, cancellation)
        ?? (await store.DrainsAsync(int.MaxValue, cancellation)).FirstOrDefault(drain => drain.View.Undoes is null && drain.View.Hosts.Any(host => host.Value == id));

    /// <summary>Steps every drain that there may be more to do for.</summary>
    public async Task<DrainsStepped> StepAsync(FleetReading reading, CancellationToken cancellation)
    {
        var hasChanged = false;
        DateTimeOffset? next = null;
        foreach (var drain in reading.Kept.Drains)
        {
            var ended = await hands.EndedAsync(drain.View, reading.Fleet, cancellation);
            var step = DrainRule.Step(drain.View, reading.Fleet, ended, time.GetUtcNow());
            hasChanged |= await DoAsync(drain, step, reading, cancellation);
            next = next is null || step.NextDue < next ? step.NextDue : next;
        }

        return new DrainsStepped(hasChanged, next);
    }

    private async Task<DrainAnswer> BeginAsync(DrainView plan, IReadOnlyList<HostCordon> close, IReadOnlyList<HostName> open, CancellationToken cancellation)
    {
        var drain = plan with { State = DrainState.Running };
        if (!await store.KeepAsync(drain, 0, close, open, cancellation))
            return new DrainAnswer((await store.DrainAsync(drain.Id, cancellation))?.View);
        LogBegun(drain.Id, string.Join(", ", drain.Hosts), drain.Moves.Count, drain.Stuck.Count, drain.Makespan.TotalSeconds, drain.By, drain.Why);
        signal.Give();
        return new DrainAnswer(drain);
    }

    // A turn may move it on at the same moment; then what has come of it is withdrawn.
    private async Task<bool> WithdrawAsync(string id, string by, bool abortRunning, CancellationToken cancellation)
    {
        for (var attempt = 1; attempt <= WithdrawalsMax; attempt++)
        {
            if (await store.DrainAsync(id, cancellation) is not { IsOpen: true } drain)
                return false;
            var fleet = await reader.ReadAsync(cancellation);
            var step = DrainRule.Withdraw(drain.View, abortRunning, fleet.Migrations, time.GetUtcNow());
            if (!await store.KeepAsync(step.Drain, drain.Version, [], drain.View.Undoes is null ? drain.View.Hosts : [], cancellation))
                continue;
            LogWithdrawn(id, by);
            await hands.DoAsync(step, fleet, by, cancellation);
            signal.Give();
            return true;
        }

        return false;
    }

    private async Task<bool> DoAsync(KeptDrain drain, DrainStep step, FleetReading reading, CancellationToken cancellation)
    {
        var isNews = IsNews(drain.View, step.Drain) || step.Cordons.Count > 0;
        if (isNews && !await store.KeepAsync(step.Drain, drain.Version, [.. step.Cordons.Select(cordon => Cordon(cordon, drain.View, reading))], [], cancellation))
            return true;
        if (step.Drain.State != drain.View.State)
            LogState(drain.View.Id, step.Drain.State, step.Drain.Moves.Count(move => move.State == DrainMoveState.Done), step.Drain.Moves.Count, step.Drain.Stuck.Count);
        if (step.Drain.Replans > drain.View.Replans)
            LogReplanned(drain.View.Id, step.Drain.Replans, step.Drain.Makespan.TotalSeconds);
        return await hands.DoAsync(step, reading.Fleet, drain.View.By, cancellation);
    }

    // When it is expected to end moves a little with every look at the clock; that alone is not worth keeping.
    private static bool IsNews(DrainView before, DrainView after)
    {
        var isSameEnd = before.ExpectedEnd == after.ExpectedEnd || (before.ExpectedEnd - after.ExpectedEnd)?.Duration() < TimeSpan.FromSeconds(1);
        return !isSameEnd || Json(before) != Json(after with { ExpectedEnd = before.ExpectedEnd });
    }

    private static string Json(DrainView drain) => JsonSerializer.Serialize(drain, MeshJson.Options);

    private HostCordon Cordon((HostName Host, CordonState State) cordon, DrainView drain, FleetReading reading) =>
        reading.Kept.Cordons.FirstOrDefault(known => known.Host == cordon.Host) is { } known
            ? known with { State = cordon.State }
            : new HostCordon(cordon.Host, cordon.State, drain.By, time.GetUtcNow(), drain.Why, drain.Id);

    private static DrainAnswer? Against(DrainHosts request, FleetReading reading)
    {
        if (!IsId(request.Id))
            return BadId(request.Id);
        if (request.Hosts.Count == 0)
            return new DrainAnswer(null, "no host is named; at least one is to be drained");
        if (request.Hosts.GroupBy(host => host).FirstOrDefault(same => same.Count() > 1) is { } twice)
            return new DrainAnswer(null, $"{twice.Key} is named twice");
        if (request.Parallel is < 1)
            return new DrainAnswer(null, $"{request.Parallel} machines at once: 1 or more are moved");
        if (request.Hosts.Where(host => reading.Fleet.Hosts.All(known => known.Inventory.Host != host)).ToList() is { Count: > 0 } unknown)
            return new DrainAnswer(null, $"no agent has reported a host '{unknown[0]}' (`mesh hosts` lists them)", IsUnknown: true);
        return reading.Kept.Drains.FirstOrDefault(open => open.IsOpen && open.View.Hosts.Intersect(request.Hosts).Any()) is { } other && !request.DryRun
            ? new DrainAnswer(null, $"{string.Join(", ", other.View.Hosts.Intersect(request.Hosts))} is in drain {other.View.Id} already, which is {other.View.State}")
            : null;
    }

    private static DrainAnswer BadId(string id) => new(null, $"'{id}' is no identity of a drain: it takes 1 to 32 letters, digits, dots, hyphens or underscores");

    private static bool IsId(string id) => id.Length is > 0 and <= 32 && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');

    [LoggerMessage(5040, LogLevel.Information, "Drain {Drain} of {Hosts} begins: {Moves} machines to move, {Stuck} that cannot be, {Seconds:0} s predicted; asked for by {By}. {Why}")]
    private partial void LogBegun(string drain, string hosts, int moves, int stuck, double seconds, string by, string why);

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
internal sealed record DrainsStepped(bool HasChanged, DateTimeOffset? NextDue);
