using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Scheduler.Host.Tests.Running;
using Mesh.Testing;

namespace Mesh.Scheduler.Host.Tests;

/// <summary>A host with four VMs, of which two may migrate at once.</summary>
public sealed class When_hosts_are_drained : IAsyncLifetime
{
    private static readonly HostName Hosta = new("hosta");

    private TestMesh _mesh = null!;

    private IReadOnlyList<RequestMigration> Requested => [.. _mesh.Broker.Sent.OfType<EnqueueMigration>().Select(queued => queued.Request)];

    public async ValueTask InitializeAsync() => _mesh = await TestMesh.StartAsync(["g1", "g2", "g3", "g4"], ("Scheduling:PreparingPerHost", "0"));

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Should_only_be_planned_by_a_dry_run()
    {
        var plan = (await DrainAsync(Request("d1") with { DryRun = true })).Drain.ShouldNotBeNull();

        (plan.State, plan.Moves.Count, plan.BlockedVms.Count).ShouldBe((DrainState.Planned, 4, 0));
        plan.Moves.ShouldAllBe(move => move.State == DrainMoveState.Pending && move.From == Hosta && move.To != Hosta);
        plan.Makespan.ShouldBeGreaterThan(TimeSpan.Zero);
        var listed = await ListAsync();
        listed.Drains.ShouldBeEmpty();
        listed.Cordons.ShouldBeEmpty();
        Requested.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_be_emptied_under_the_limits_and_then_be_in_maintenance()
    {
        var started = (await DrainAsync(Request("d1"))).Drain.ShouldNotBeNull();
        started.State.ShouldBe(DrainState.Running);
        (await ListAsync()).Cordons.ShouldHaveSingleItem().ShouldBe(new HostCordon(Hosta, CordonState.Draining, "jane", _mesh.Time.GetUtcNow(), "a new disk", "d1"));

        await CarryOutAsync("d1", expected: 4);

        var (drain, cordon) = ((await ListAsync()).Drains.ShouldHaveSingleItem(), (await ListAsync()).Cordons.ShouldHaveSingleItem());
        (drain.State, drain.Progress.Value).ShouldBe((DrainState.Completed, 100));
        drain.Moves.ShouldAllBe(move => move.State == DrainMoveState.Completed);
        cordon.State.ShouldBe(CordonState.Maintenance);
        foreach (var vm in new[] { "g1", "g2", "g3", "g4" })
            _mesh.HomesOf(vm).ShouldHaveSingleItem().ShouldNotBe("hosta");
        Requested.ShouldAllBe(request => request.Drain == "d1" && request.Priority == MigrationPriority.Drain && request.RequestedBy == "jane");
        Requested.Select(request => request.Vm).ShouldBeUnique();
        await _mesh.Scheduler.AwaitLogAsync("5041 Drain d1 is Completed: 4 of 4 VMs moved, 0 blocked");
    }

    [Fact]
    public async Task Should_start_once_however_often_it_is_requested()
    {
        var first = (await DrainAsync(Request("d1"))).Drain.ShouldNotBeNull();
        await Eventually.HoldsAsync(() => Requested.Count == 3);

        var second = (await DrainAsync(Request("d1") with { Reason = "another reason" })).Drain.ShouldNotBeNull();

        (second.Id, second.Reason, second.At).ShouldBe((first.Id, "a new disk", first.At));
        (await ListAsync()).Drains.ShouldHaveSingleItem();
        Requested.Select(request => request.Id).ShouldBeUnique();
    }

    [Fact]
    public async Task Should_be_refused_with_the_reason()
    {
        await DrainAsync(Request("d1"));

        (await DrainAsync(Request("d2", "hostz"))).ShouldBe(new DrainAnswer(null, "unknown host 'hostz' (`mesh hosts` lists them)", IsNotFound: true));
        (await DrainAsync(Request("d2", "hostb", "hostb"))).ShouldBe(new DrainAnswer(null, "hostb is given twice"));
        (await DrainAsync(Request("d2", "hostb", "hosta"))).ShouldBe(new DrainAnswer(null, "hosta is already in drain d1 (Running)"));
        (await DrainAsync(Request("d2") with { Hosts = [] })).Explanation.ShouldBe("no host given; name at least one host to drain");
        (await DrainAsync(Request("d2", "hostb") with { Parallel = 0 })).Explanation.ShouldBe("parallel is 0; at least 1 is required");
        foreach (var id in new[] { "", "d 2", new string('d', 33) })
            (await DrainAsync(Request(id, "hostb"))).Explanation.ShouldBe($"'{id}' is not a valid drain ID: expected 1 to 32 letters, digits, dots, hyphens or underscores");
        (await DrainAsync(Request("d2", "hosta") with { DryRun = true })).Drain.ShouldNotBeNull("a plan costs nothing").State.ShouldBe(DrainState.Planned);
        (await ListAsync()).Drains.ShouldHaveSingleItem().Id.ShouldBe("d1");
    }

    [Fact]
    public async Task Should_continue_after_a_restart_with_the_migrations_that_ended_meanwhile()
    {
        await DrainAsync(Request("d1"));
        var first = await NextAsync([]);
        await _mesh.StopSchedulerAsync();
        await _mesh.CompleteAsync(first);

        await _mesh.StartSchedulerAsync(_mesh.Time.GetUtcNow());

        await _mesh.Scheduler.AwaitLogAsync("5000 Resumed 1 drains from the store");
        await CarryOutAsync("d1", expected: 3, first);
        Requested.Select(request => request.Vm).ShouldBeUnique();
    }

    [Fact]
    public async Task Should_repeat_requests_without_duplicates_after_a_crash()
    {
        var isDown = true;
        _mesh.Broker.AnswerOverride = request => isDown && request is EnqueueMigration ? throw new BusRequestException("nobody answers") : null;
        await DrainAsync(Request("d1"));
        await Eventually.HoldsAsync(async () => (await ListAsync()).Drains[0].Moves.Count(move => move.State == DrainMoveState.Migrating) == 3, "the requested migrations are stored");
        await Eventually.HoldsAsync(() => Requested.Count > 0);
        await _mesh.StopSchedulerAsync();
        isDown = false;

        await _mesh.StartSchedulerAsync(_mesh.Time.GetUtcNow());
        await CarryOutAsync("d1", expected: 4);

        Requested.DistinctBy(request => request.Id).Select(request => request.Vm).ShouldBeUnique();
    }

    [Fact]
    public async Task Should_not_repeat_refused_requests_without_a_pause()
    {
        _mesh.Broker.AnswerOverride = request => request is EnqueueMigration queued
            ? new MigrationRequestAnswer(queued.Request.Id, [new Refusal(RefusalCode.PolicyServiceUnavailable, "the policy service is not responding")])
            : null;
        await DrainAsync(Request("d1"));
        await Eventually.HoldsAsync(() => Requested.Count >= 3);
        for (var times = 0; times < 10; times++)
        {
            await _mesh.SettleAsync();
            await _mesh.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        Requested.Count.ShouldBeLessThan(10);
        _mesh.Broker.AnswerOverride = _ => null;
        await _mesh.AdvanceAsync(TimeSpan.FromSeconds(15));
        await CarryOutAsync("d1", expected: 4);
    }

    [Fact]
    public async Task Should_try_another_host_when_one_fails()
    {
        await DrainAsync(Request("d1") with { Parallel = 1 });
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
        await DrainAsync(Request("d1"));
        await CancelAsync("d1");
        _mesh.Time.Advance(TimeSpan.FromSeconds(1));
        _mesh.Scheduler.Clock.Advance(TimeSpan.FromSeconds(1));
        await DrainAsync(Request("d2", "hosta", "hostb"));

        (await ListAsync()).Drains.Select(drain => drain.Id).ShouldBe(["d2", "d1"]);
        (await ListAsync("hosta")).Drains.ShouldHaveSingleItem().Id.ShouldBe("d2");
        (await ListAsync("d1")).Drains.ShouldHaveSingleItem().Id.ShouldBe("d1");
        (await ListAsync("hostc")).Drains.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_be_uncordoned_by_a_cancellation_that_aborts_what_waits()
    {
        await DrainAsync(Request("d1"));
        var first = await NextAsync([]);
        await Eventually.HoldsAsync(() => Requested.Count == 3);

        (await CancelAsync("hosta")).ShouldBe(new SchedulerAnswer(true, "drain d1 is cancelled and hosta uncordoned; running migrations continue"));

        (await ListAsync()).Cordons.ShouldBeEmpty();
        foreach (var id in Requested.Select(request => request.Id.Value).ToList())
            await Eventually.HoldsAsync(
                async () =>
                {
                    if ((await _mesh.ShowAsync(id)).Phase == MigrationPhase.CleaningUp)
                        await _mesh.AnswerAsync<CleanUpIncoming>(id);
                    return (await _mesh.ShowAsync(id)).Outcome == MigrationOutcome.AbortedByOperator;
                },
                $"{id} is aborted");
        await Eventually.HoldsAsync(async () => (await ListAsync("d1")).Drains[0].Moves.All(move => move.State == DrainMoveState.Skipped), "it is followed to its end");
        Requested.Count.ShouldBe(3, "nothing more is started");
        (await CancelAsync("d1")).ShouldBe(new SchedulerAnswer(false, "drain d1 has already ended: Cancelled"));
        (await CancelAsync("nosuch")).IsNotFound.ShouldBeTrue();
        first.ShouldStartWith("d1.");
    }

    [Fact]
    public async Task Should_let_running_migrations_continue_when_it_is_cancelled()
    {
        await DrainAsync(Request("d1"));
        var copies = await NextAsync([]);
        await _mesh.AnswerAsync<PrepareIncoming>(copies);
        await _mesh.AwaitAsync(MigrationPhase.Starting, copies);
        await CancelAsync("d1");

        (await UndoAsync("u1", "d1")).Explanation.ShouldBe("VMs of drain d1 are still migrating; undo it when they have arrived");
        await _mesh.CompleteStartedAsync(copies);

        (await _mesh.ShowAsync(copies)).Outcome.ShouldBe(MigrationOutcome.Completed);
        await Eventually.HoldsAsync(
            async () => (await ListAsync("d1")).Drains[0] is { State: DrainState.Cancelled } drain && drain.Moves.Count(move => move.State == DrainMoveState.Completed) == 1, "it is known where it went");
    }

    [Fact]
    public async Task Should_be_cancelled_by_uncordoning_the_host()
    {
        await DrainAsync(Request("d1"));
        await NextAsync([]);

        var answer = await _mesh.AskAsync<UncordonHost, SchedulerAnswer>(new UncordonHost(Hosta, "joe"));

        answer.ShouldBe(new SchedulerAnswer(true, "hosta is uncordoned; drain d1 is cancelled"));
        (await ListAsync()).Drains.ShouldHaveSingleItem().State.ShouldBe(DrainState.Cancelled);
        (await ListAsync()).Cordons.ShouldBeEmpty();
        await _mesh.Scheduler.AwaitLogAsync("5043 Drain d1 cancelled by joe");
    }

    [Fact]
    public async Task Should_be_refilled_with_the_same_vms()
    {
        await DrainAsync(Request("d1"));
        (await UndoAsync("u1", "d1")).Explanation.ShouldBe("drain d1 is running; cancel it first (`mesh drain --cancel d1`)");
        await CarryOutAsync("d1", expected: 4);
        (await UndoAsync("u1", "hostb")).IsNotFound.ShouldBeTrue();
        (await UndoAsync("u1", "hosta", dryRun: true)).Drain.ShouldNotBeNull().State.ShouldBe(DrainState.Planned);
        (await ListAsync()).Cordons.ShouldHaveSingleItem();

        var undo = (await UndoAsync("u1", "hosta")).Drain.ShouldNotBeNull();

        (undo.State, undo.Undoes, undo.Moves.Count).ShouldBe((DrainState.Running, "d1", 4));
        (await ListAsync()).Cordons.ShouldBeEmpty();
        await CarryOutAsync("u1", expected: 4);
        foreach (var vm in new[] { "g1", "g2", "g3", "g4" })
            _mesh.HomesOf(vm).ShouldBe(["hosta"]);
        (await ListAsync("hosta")).Drains.ShouldHaveSingleItem().Id.ShouldBe("d1", "the drain that undoes it is found by its own ID");
    }

    private static DrainHosts Request(string id, params string[] hosts) => new()
    {
        Id = id,
        Hosts = [.. (hosts.Length > 0 ? hosts : ["hosta"]).Select(host => new HostName(host))],
        RequestedBy = "jane",
        Reason = "a new disk",
    };

    [Fact]
    public async Task Should_not_be_forgotten_meanwhile()
    {
        await DrainAsync(Request("d1"));
        _mesh.Time.Advance(TimeSpan.FromMinutes(2));

        var answer = await _mesh.AskAsync<ForgetHost, SchedulerAnswer>(new ForgetHost(Hosta, "jane"));

        answer.ShouldBe(new SchedulerAnswer(false, "hosta is in drain d1, which has not ended; cancel it first (`mesh drain --cancel d1`)"));
        (await _mesh.AskAsync<ExportFleet, Fleet>(new ExportFleet())).Hosts.ShouldContain(host => host.Inventory.Host == Hosta);
    }

    private Task<DrainAnswer> DrainAsync(DrainHosts request) => _mesh.AskAsync<DrainHosts, DrainAnswer>(request);

    private Task<DrainAnswer> UndoAsync(string id, string drain, bool dryRun = false) => _mesh.AskAsync<UndoDrain, DrainAnswer>(new UndoDrain(id, drain, "jane", dryRun));

    private Task<SchedulerAnswer> CancelAsync(string id) => _mesh.AskAsync<CancelDrain, SchedulerAnswer>(new CancelDrain(id, "jane"));

    private Task<DrainList> ListAsync(string? id = null) => _mesh.AskAsync<ListDrains, DrainList>(new ListDrains(id));

    /// <summary>Carries out a drain's migrations, one after the other, until it has ended, and checks the limits.</summary>
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

    /// <summary>The drain's next admitted migration.</summary>
    private Task<string> NextAsync(IReadOnlyCollection<string> done, string drain = "d1") => Eventually.ReturnsAsync(
        async () =>
        {
            foreach (var id in Requested.Where(request => request.Drain == drain).Select(request => request.Id.Value).Distinct().Except(done).ToList())
                if (await _mesh.FindAsync(id) is { Phase: MigrationPhase.Preparing })
                    return id;
            return null;
        },
        "the next one is admitted");
}
