using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;

namespace Mesh.Scheduler.Tests.Queueing;

public sealed class When_a_pass_is_decided
{
    // One at a time from each host, and none to prepare: the first in the queue is admitted.
    private static SchedulingLimits OneByOne(SchedulingLimits limits) => limits with { OutboundPerHost = 1, PreparingPerHost = 0 };

    private static MigrationView Later(MigrationView migration, double seconds) =>
        migration with { QueuedAt = migration.QueuedAt + TimeSpan.FromSeconds(seconds) };

    [Theory]
    [InlineData(MigrationPriority.Balancing, 0, MigrationPriority.Drain, 0, "m2")]
    [InlineData(MigrationPriority.Drain, 0, MigrationPriority.Operator, 0, "m2")]
    [InlineData(MigrationPriority.Operator, 0, MigrationPriority.System, 0, "m2")]
    [InlineData(MigrationPriority.Drain, 10, MigrationPriority.Drain, 20, "m2")]
    [InlineData(MigrationPriority.Drain, 20, MigrationPriority.Drain, 20, "m1")]
    [InlineData(MigrationPriority.Drain, 299, MigrationPriority.Operator, 0, "m2")]
    [InlineData(MigrationPriority.Drain, 300, MigrationPriority.Operator, 0, "m1")]
    [InlineData(MigrationPriority.Balancing, 600, MigrationPriority.System, 0, "m2")]
    [InlineData(MigrationPriority.Balancing, 900, MigrationPriority.System, 0, "m1")]
    public void Should_order_by_priority_which_rises_with_waiting(
        MigrationPriority first, int firstWaited, MigrationPriority second, int secondWaited, string next) =>
        Given.Fleet(Given.Waiting("m1", "a", firstWaited, first), Given.Waiting("m2", "a", secondWaited, second))
            .With(OneByOne).Decide(Given.To("b")).Admitted().ShouldBe([$"{next}>b"]);

    [Fact]
    public void Should_choose_the_next_best_host_if_the_best_has_no_free_slot()
    {
        var fleet = Given.Fleet(Given.Running("r1", "d", "b"), Given.Running("r2", "d", "b"), Given.Waiting("m", "a"));
        var decision = fleet.Decide(Given.To("b", "c"));
        decision.Admitted().ShouldBe(["m>c"]);
        decision.Admissions[0].Placement!.Host.Value.ShouldBe("c");
        decision.Admissions[0].Placement!.Reason.ShouldBe("b has the highest score but no free slot; c is the next best host with one");

        var planned = fleet with { Migrations = [.. fleet.Migrations.Select(migration => migration with { Preferred = new("b") })] };
        planned.Decide(Given.To("b", "c")).Admitted().ShouldBe(["m>b (prepare)"], "the drain has planned b");
    }

    [Fact]
    public void Should_place_in_a_fleet_that_includes_its_admissions()
    {
        List<Fleet> seen = [];
        Given.Fleet(Given.Waiting("m1", "a", 3), Given.Waiting("m2", "a", 2), Given.Waiting("m3", "c", 1)).Decide((fleet, migration) =>
        {
            seen.Add(fleet);
            return Given.Chosen(migration.Id.Value == "m2" ? [] : ["b"]);
        });
        seen[0].Migrations.ShouldAllBe(migration => migration.Phase == MigrationPhase.Queued);
        seen[1].Migrations[0].ShouldSatisfyAllConditions(
            first => first.Phase.ShouldBe(MigrationPhase.Preparing), first => first.Destination.ShouldBe(new("b")), first => first.MayTransfer.ShouldBeTrue());
        seen[2].ShouldBeSameAs(seen[1], "nothing was admitted in between");
    }

    [Fact]
    public void Should_fill_in_its_messages()
    {
        var decision = Given.Fleet(Given.Waiting("m", "a").FailedAt("c", 3600)).Decide(Given.To("b"));
        decision.Admissions.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            admission => admission.PassEpoch.ShouldBe(7), admission => admission.Attempt.ShouldBe(2), admission => admission.Placement!.Reason.ShouldBe("b is the best"),
            admission => admission.PostCopy.ShouldBe(false));
        Given.Fleet(Given.Waiting("m", "a").Armed()).Decide(Given.To("b")).Admissions.ShouldHaveSingleItem().PostCopy.ShouldBe(true);
    }

    [Theory]
    [InlineData(1, 19, false)]
    [InlineData(1, 20, true)]
    [InlineData(2, 39, false)]
    [InlineData(2, 40, true)]
    [InlineData(5, 319, false)]
    [InlineData(5, 320, true)]
    [InlineData(6, 599, false)]
    [InlineData(6, 600, true)]
    [InlineData(90, 600, true)]
    public void Should_back_off_after_failures_twice_as_long_each_time(int failures, double secondsAgo, bool isOver)
    {
        var migration = Enumerable.Range(0, failures).Aggregate(Given.Waiting("m", "a", 30), (sofar, _) => sofar.FailedAt("c", secondsAgo));
        var decision = Given.Fleet(migration).Decide(Given.To("b"));
        decision.Admissions.Count.ShouldBe(isOver ? 1 : 0);
        if (isOver)
            return;
        decision.WaitsFor("m").ShouldBe("the back-off after a failed attempt: 1 s left");
        decision.NextDue.ShouldBe(Given.Now + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Should_not_back_off_for_hosts_that_were_passed_over() =>
        Given.Fleet(Given.Waiting("m", "a").FailedAt("c", 0, hasRun: false)).Decide(Given.To("b")).Admitted().ShouldBe(["m>b"]);

    [Fact]
    public void Should_reject_what_no_host_takes_for_long_enough()
    {
        Given.Fleet(Given.Waiting("m", "a", 899)).Decide(Given.To()).ShouldSatisfyAllConditions(
            decision => decision.Rejections.ShouldBeEmpty(),
            decision => decision.WaitsFor("m").ShouldBe("a host that can take the VM: no host is up"),
            decision => decision.NextDue.ShouldBe(Given.Now + TimeSpan.FromSeconds(1)));
        Given.Fleet(Given.Waiting("m", "a", 900)).Decide(Given.To()).Rejections.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            rejection => rejection.Id.Value.ShouldBe("m"), rejection => rejection.PassEpoch.ShouldBe(7),
            rejection => rejection.Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.HostUnavailable));

        // The back-off after a failure does not count.
        Given.Fleet(Given.Waiting("m", "a", 900).FailedAt("c", 900)).Decide(Given.To()).NextDue.ShouldBe(Given.Now + TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Should_reserve_slots_for_an_overdue_migration()
    {
        // m needs an outbound slot on a and an inbound slot on b; r holds b. Without a reservation, later migrations from a would always take the other slot.
        var fleet = Given.Fleet(Given.Running("r1", "d", "b"), Given.Waiting("m", "a", 900), Given.Waiting("later", "a", 899), Given.Waiting("other", "c"))
            .With(limits => OneByOne(limits) with { InboundPerHost = 1 });
        var places = Given.Each(("m", ["b"]), ("later", ["c"]), ("other", ["d"]));
        var decision = fleet.Decide(places);
        decision.Admitted().ShouldBe(["other>d"], "it shares no host with it");
        decision.WaitsFor("later").ShouldBe("an outbound slot on a: 0 of 1 in use; the next one is reserved for m, which has waited longer");

        var sooner = fleet with { Migrations = [.. fleet.Migrations.Select(migration => Later(migration, 2))] };
        sooner.Decide(places).Admitted().ShouldBe(["later>c", "other>d"], "until then nobody waits for its sake");
    }

    [Fact]
    public void Should_not_give_freed_slots_to_others_before_an_overdue_migration()
    {
        var fleet = Given.Fleet(
            Given.Running("r1", "d", "c"), Given.Waiting("m", "a", 900).Under(new() { Cluster = 1 }), Given.Waiting("later", "b"));
        var decision = fleet.With(limits => limits with { PreparingPerHost = 0 }).Decide(Given.To("c"));
        decision.Admitted().ShouldBeEmpty();
        decision.WaitsFor("later").ShouldBe("a transfer slot of the mesh: 1 of 5 in use; the next one is reserved for m, which has waited longer");
    }

    [Fact]
    public void Should_reserve_nothing_while_a_host_is_unresponsive()
    {
        var fleet = Given.Fleet(Given.Running("r1", "d", "b", MigrationPhase.Confirming), Given.Prepared("m", "a", "b", 900), Given.Waiting("later", "a"))
            .With(limits => OneByOne(limits) with { InboundPerHost = 1 }) with
        {
            Hosts = [Given.Host("a", 10_000), Given.Host("b", 10_000, HostHealth.Unresponsive), Given.Host("c", 10_000), Given.Host("d", 10_000)],
        };
        fleet.Decide(Given.To("c")).Admitted().ShouldBe(["later>c"]);
    }

    [Fact]
    public void Should_not_block_the_mesh_for_migrations_that_wait_for_hosts()
    {
        // Each overdue migration waits for another host; the one free slot of the mesh would not help them.
        var pairs = Enumerable.Range(0, 4).ToList();
        var fleet = Given.Fleet([
            .. pairs.Select(number => Given.Running($"r{number}", $"z{number}", $"y{number}")),
            .. pairs.Select(number => Given.Prepared($"m{number}", $"x{number}", $"y{number}", 1000)),
            Given.Waiting("later", "a")]).With(limits => limits with { InboundPerHost = 1 }) with
        {
            Hosts = [.. "abcd".Select(name => Given.Host($"{name}")), .. pairs.SelectMany(number => "xyz".Select(name => Given.Host($"{name}{number}")))],
        };
        fleet.Decide(Given.To("c")).Admitted().ShouldBe(["later>c"]);
    }

    [Fact]
    public void Should_be_due_when_ageing_changes_the_order()
    {
        var held = Given.Fleet(
                Given.Running("r1", "a", "b"),
                Given.Waiting("m1", "a", 100, MigrationPriority.Operator),
                Given.Waiting("m2", "a", 200, MigrationPriority.Drain))
            .With(OneByOne);
        held.Decide(Given.To("b")).NextDue.ShouldBe(Given.Now + TimeSpan.FromSeconds(100), "then m2 is one higher, and has waited longer than m1");

        var never = held with { Migrations = [held.Migrations[0], held.Migrations[1], Later(held.Migrations[2], 101)] };
        never.Decide(Given.To("b")).NextDue.ShouldBeNull("m1 has waited longer, so that m2 never outruns it");
    }

    [Fact]
    public void Should_not_place_while_the_source_has_no_free_slot()
    {
        var fleet = Given.Fleet(Given.Running("r1", "a", "b"), Given.Waiting("m1", "a")).With(OneByOne);
        fleet.Decide((_, _) => throw new InvalidOperationException("no placement is needed")).Admissions.ShouldBeEmpty();
    }
}
