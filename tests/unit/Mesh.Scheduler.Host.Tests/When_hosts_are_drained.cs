using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Scheduler.Host.Tests.Running;
using Mesh.Testing;

namespace Mesh.Scheduler.Host.Tests;

/// <summary>A host with four machines, of which two may leave at once.</summary>
public sealed class When_hosts_are_drained : IAsyncLifetime
{
    private static readonly HostName Hosta = new("hosta");

    private TestMesh _mesh = null!;

    private IReadOnlyList<RequestMigration> Asked => [.. _mesh.Broker.Sent.OfType<EnqueueMigration>().Select(queued => queued.Request)];

    public async ValueTask InitializeAsync() => _mesh = await TestMesh.StartAsync(["g1", "g2", "g3", "g4"], ("Scheduling:PreparingPerHost", "0"));

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Should_only_be_planned_by_a_dry_run()
    {
        var plan = (await DrainAsync(Wish("d1") with { DryRun = true })).Drain.ShouldNotBeNull();

        (plan.State, plan.Moves.Count, plan.BlockedVms.Count).ShouldBe((DrainState.Planned, 4, 0));
        plan.Moves.ShouldAllBe(move => move.State == DrainMoveState.Pending && move.From == Hosta && move.To != Hosta);
        plan.Makespan.ShouldBeGreaterThan(TimeSpan.Zero);
        var listed = await ListAsync();
        listed.Drains.ShouldBeEmpty();
        listed.Cordons.ShouldBeEmpty();
        Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_be_emptied_under_the_limits_and_then_be_in_maintenance()
    {
        var begun = (await DrainAsync(Wish("d1"))).Drain.ShouldNotBeNull();
        begun.State.ShouldBe(DrainState.Running);
        (await ListAsync()).Cordons.ShouldHaveSingleItem().ShouldBe(new HostCordon(Hosta, CordonState.Draining, "jane", _mesh.Time.GetUtcNow(), "a new disk", "d1"));

        await CarryOutAsync("d1", expected: 4);

        var (drain, cordon) = ((await ListAsync()).Drains.ShouldHaveSingleItem(), (await ListAsync()).Cordons.ShouldHaveSingleItem());
        (drain.State, drain.Progress.Value).ShouldBe((DrainState.Completed, 100));
        drain.Moves.ShouldAllBe(move => move.State == DrainMoveState.Completed);
        cordon.State.ShouldBe(CordonState.Maintenance);
        foreach (var vm in new[] { "g1", "g2", "g3", "g4" })
            _mesh.HomesOf(vm).ShouldHaveSingleItem().ShouldNotBe("hosta");
        Asked.ShouldAllBe(request => request.Drain == "d1" && request.Priority == MigrationPriority.Drain && request.RequestedBy == "jane");
        Asked.Select(request => request.Vm).ShouldBeUnique();
        _mesh.Scheduler.Log.ShouldContain("5041 Drain d1 is Done: 4 of 4 machines have moved, 0 cannot");
    }

    [Fact]
    public async Task Should_begin_once_however_often_it_is_asked_for()
    {
        var first = (await DrainAsync(Wish("d1"))).Drain.ShouldNotBeNull();
        await Eventually.HoldsAsync(() => Asked.Count == 3);

        var second = (await DrainAsync(Wish("d1") with { Reason = "another reason" })).Drain.ShouldNotBeNull();

        (second.Id, second.Reason, second.At).ShouldBe((first.Id, "a new disk", first.At));
        (await ListAsync()).Drains.ShouldHaveSingleItem();
        Asked.Select(request => request.Id).ShouldBeUnique();
    }

    [Fact]
    public async Task Should_be_refused_with_what_is_wrong()
    {
        await DrainAsync(Wish("d1"));

        (await DrainAsync(Wish("d2", "hostz"))).ShouldBe(new DrainAnswer(null, "no agent has reported a host 'hostz' (`mesh hosts` lists them)", IsNotFound: true));
        (await DrainAsync(Wish("d2", "hostb", "hostb"))).ShouldBe(new DrainAnswer(null, "hostb is named twice"));
        (await DrainAsync(Wish("d2", "hostb", "hosta"))).ShouldBe(new DrainAnswer(null, "hosta is in drain d1 already, which is Running"));
        (await DrainAsync(Wish("d2") with { Hosts = [] })).Explanation.ShouldBe("no host is named; at least one is to be drained");
        (await DrainAsync(Wish("d2", "hostb") with { Parallel = 0 })).Explanation.ShouldBe("0 machines at once: 1 or more are moved");
        foreach (var id in new[] { "", "d 2", new string('d', 33) })
            (await DrainAsync(Wish(id, "hostb"))).Explanation.ShouldBe($"'{id}' is no identity of a drain: it takes 1 to 32 letters, digits, dots, hyphens or underscores");
        (await DrainAsync(Wish("d2", "hosta") with { DryRun = true })).Drain.ShouldNotBeNull("a plan costs nothing").State.ShouldBe(DrainState.Planned);
        (await ListAsync()).Drains.ShouldHaveSingleItem().Id.ShouldBe("d1");
    }

    [Fact]
    public async Task Should_go_on_after_a_restart_with_what_has_come_of_it_meanwhile()
    {
        await DrainAsync(Wish("d1"));
        var first = await NextAsync([]);
        await _mesh.StopSchedulerAsync();
        await _mesh.CompleteAsync(first);

        await _mesh.StartSchedulerAsync(_mesh.Time.GetUtcNow());

        _mesh.Scheduler.Log.ShouldContain("5000 Restored 1 drains from the store");
        await CarryOutAsync("d1", expected: 3, first);
        Asked.Select(request => request.Vm).ShouldBeUnique();
    }

    [Fact]
    public async Task Should_ask_again_and_nothing_twice_after_a_crash_between_keeping_and_asking()
    {
        var isDown = true;
        _mesh.Broker.AnswerOverride = request => isDown && request is EnqueueMigration ? throw new BusRequestException("nobody answers") : null;
        await DrainAsync(Wish("d1"));
        await Eventually.HoldsAsync(async () => (await ListAsync()).Drains[0].Moves.Count(move => move.State == DrainMoveState.Migrating) == 3, "it is kept what is asked for");
        await Eventually.HoldsAsync(() => Asked.Count > 0);
        await _mesh.StopSchedulerAsync();
        isDown = false;

        await _mesh.StartSchedulerAsync(_mesh.Time.GetUtcNow());
        await CarryOutAsync("d1", expected: 4);

        Asked.DistinctBy(request => request.Id).Select(request => request.Vm).ShouldBeUnique();
    }

    [Fact]
    public async Task Should_not_keep_asking_without_a_pause_for_what_is_not_taken()
    {
        _mesh.Broker.AnswerOverride = request => request is EnqueueMigration queued
            ? new MigrationRequestAnswer(queued.Request.Id, [new Refusal(RefusalCode.PolicyServiceUnavailable, "the policy service is silent")])
            : null;
        await DrainAsync(Wish("d1"));
        await Eventually.HoldsAsync(() => Asked.Count >= 3);
        for (var times = 0; times < 10; times++)
        {
            await _mesh.SettleAsync();
            await _mesh.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        Asked.Count.ShouldBeLessThan(10);
        _mesh.Broker.AnswerOverride = _ => null;
        await _mesh.AdvanceAsync(TimeSpan.FromSeconds(15));
        await CarryOutAsync("d1", expected: 4);
    }

    [Fact]
    public async Task Should_try_another_host_when_one_fails()
    {
        await DrainAsync(Wish("d1") with { Parallel = 1 });
        var first = await NextAsync([]);
        var failed = (await _mesh.ShowAsync(first)).Destination;
        await _mesh.AnswerAsync<PrepareIncoming>(first, CommandResult.Failed, "no room");
        await _mesh.AwaitAsync(MigrationPhase.Queued, first);
        await _mesh.SettleAsync();

        await _mesh.AdvanceAsync(TimeSpan.FromSeconds(20));

        (await _mesh.AwaitAsync(MigrationPhase.Preparing, first))[0].Destination.ShouldNotBe(failed);
        await CarryOutAsync("d1", expected: 4);
    }

    [Fact]
    public async Task Should_be_listed_by_the_names_of_their_hosts()
    {
        await DrainAsync(Wish("d1"));
        await WithdrawAsync("d1");
        _mesh.Time.Advance(TimeSpan.FromSeconds(1));
        _mesh.Scheduler.Clock.Advance(TimeSpan.FromSeconds(1));
        await DrainAsync(Wish("d2", "hosta", "hostb"));

        (await ListAsync()).Drains.Select(drain => drain.Id).ShouldBe(["d2", "d1"]);
        (await ListAsync("hosta")).Drains.ShouldHaveSingleItem().Id.ShouldBe("d2");
        (await ListAsync("d1")).Drains.ShouldHaveSingleItem().Id.ShouldBe("d1");
        (await ListAsync("hostc")).Drains.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_be_opened_again_when_it_is_withdrawn_and_what_waits_be_aborted()
    {
        await DrainAsync(Wish("d1"));
        var first = await NextAsync([]);
        await Eventually.HoldsAsync(() => Asked.Count == 3);

        (await WithdrawAsync("hosta")).ShouldBe(new SchedulerAnswer(true, "drain d1 is withdrawn; hosta takes machines again, and what copies goes on"));

        (await ListAsync()).Cordons.ShouldBeEmpty();
        foreach (var id in Asked.Select(request => request.Id.Value).ToList())
            await Eventually.HoldsAsync(
                async () =>
                {
                    if ((await _mesh.ShowAsync(id)).Phase == MigrationPhase.CleaningUp)
                        await _mesh.AnswerAsync<CleanUpIncoming>(id);
                    return (await _mesh.ShowAsync(id)).Outcome == MigrationOutcome.AbortedByOperator;
                },
                $"{id} is aborted");
        await Eventually.HoldsAsync(async () => (await ListAsync("d1")).Drains[0].Moves.All(move => move.State == DrainMoveState.Skipped), "it is followed to its end");
        Asked.Count.ShouldBe(3, "nothing more is begun");
        (await WithdrawAsync("d1")).ShouldBe(new SchedulerAnswer(false, "drain d1 is over: it is Withdrawn"));
        (await WithdrawAsync("nosuch")).IsNotFound.ShouldBeTrue();
        first.ShouldStartWith("d1.");
    }

    [Fact]
    public async Task Should_let_what_copies_go_on_when_it_is_withdrawn()
    {
        await DrainAsync(Wish("d1"));
        var copies = await NextAsync([]);
        await _mesh.AnswerAsync<PrepareIncoming>(copies);
        await _mesh.AwaitAsync(MigrationPhase.Starting, copies);
        await WithdrawAsync("d1");

        (await UndoAsync("u1", "d1")).Explanation.ShouldBe("machines of drain d1 are still under way; undo it when they have arrived");
        await _mesh.CompleteStartedAsync(copies);

        (await _mesh.ShowAsync(copies)).Outcome.ShouldBe(MigrationOutcome.Completed);
        await Eventually.HoldsAsync(
            async () => (await ListAsync("d1")).Drains[0] is { State: DrainState.Cancelled } drain && drain.Moves.Count(move => move.State == DrainMoveState.Completed) == 1, "it is known where it went");
    }

    [Fact]
    public async Task Should_be_withdrawn_by_opening_the_host()
    {
        await DrainAsync(Wish("d1"));
        await NextAsync([]);

        var answer = await _mesh.AskAsync<UncordonHost, SchedulerAnswer>(new UncordonHost(Hosta, "joe"));

        answer.ShouldBe(new SchedulerAnswer(true, "hosta takes machines again; drain d1 is withdrawn"));
        (await ListAsync()).Drains.ShouldHaveSingleItem().State.ShouldBe(DrainState.Cancelled);
        (await ListAsync()).Cordons.ShouldBeEmpty();
        _mesh.Scheduler.Log.ShouldContain("5043 Drain d1 was withdrawn by joe");
    }

    [Fact]
    public async Task Should_be_filled_again_with_the_same_machines()
    {
        await DrainAsync(Wish("d1"));
        (await UndoAsync("u1", "d1")).Explanation.ShouldBe("drain d1 still runs; withdraw it first (`mesh drain --withdraw d1`)");
        await CarryOutAsync("d1", expected: 4);
        (await UndoAsync("u1", "hostb")).IsNotFound.ShouldBeTrue();
        (await UndoAsync("u1", "hosta", dryRun: true)).Drain.ShouldNotBeNull().State.ShouldBe(DrainState.Planned);
        (await ListAsync()).Cordons.ShouldHaveSingleItem();

        var begun = (await UndoAsync("u1", "hosta")).Drain.ShouldNotBeNull();

        (begun.State, begun.Undoes, begun.Moves.Count).ShouldBe((DrainState.Running, "d1", 4));
        (await ListAsync()).Cordons.ShouldBeEmpty();
        await CarryOutAsync("u1", expected: 4);
        foreach (var vm in new[] { "g1", "g2", "g3", "g4" })
            _mesh.HomesOf(vm).ShouldBe(["hosta"]);
        (await ListAsync("hosta")).Drains.ShouldHaveSingleItem().Id.ShouldBe("d1", "one that undoes another is found by its own identity");
    }

    private static DrainHosts Wish(string id, params string[] hosts) => new()
    {
        Id = id,
        Hosts = [.. (hosts.Length > 0 ? hosts : ["hosta"]).Select(host => new HostName(host))],
        RequestedBy = "jane",
        Reason = "a new disk",
    };

    private Task<DrainAnswer> DrainAsync(DrainHosts request) => _mesh.AskAsync<DrainHosts, DrainAnswer>(request);

    private Task<DrainAnswer> UndoAsync(string id, string drain, bool dryRun = false) => _mesh.AskAsync<UndoDrain, DrainAnswer>(new UndoDrain(id, drain, "jane", dryRun));

    private Task<SchedulerAnswer> WithdrawAsync(string id) => _mesh.AskAsync<CancelDrain, SchedulerAnswer>(new CancelDrain(id, "jane"));

    private Task<DrainList> ListAsync(string? id = null) => _mesh.AskAsync<ListDrains, DrainList>(new ListDrains(id));

    /// <summary>Carries a drain's migrations out, one after the other, until it is over; never more of them are on their way than may be.</summary>
    private async Task CarryOutAsync(string drain, int expected, params string[] before)
    {
        List<string> done = [.. before];
        for (var number = 0; number < expected; number++)
        {
            var next = await NextAsync(done, drain);
            (await _mesh.QueueAsync()).Transferring.ShouldBeLessThanOrEqualTo(2);
            await _mesh.CompleteAsync(next);
            done.Add(next);
        }

        await Eventually.HoldsAsync(async () => (await ListAsync(drain)).Drains[0].State == DrainState.Completed, $"{drain} is over");
    }

    /// <summary>The drain's next migration that was admitted.</summary>
    private Task<string> NextAsync(IReadOnlyCollection<string> done, string drain = "d1") => Eventually.ReturnsAsync(
        async () =>
        {
            foreach (var id in Asked.Where(request => request.Drain == drain).Select(request => request.Id.Value).Distinct().Except(done).ToList())
                if (await _mesh.FindAsync(id) is { Phase: MigrationPhase.Preparing })
                    return id;
            return null;
        },
        "the next one is admitted");
}
