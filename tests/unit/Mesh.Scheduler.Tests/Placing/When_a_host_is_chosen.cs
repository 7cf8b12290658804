using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Placing;

namespace Mesh.Scheduler.Tests.Placing;

public sealed class When_a_host_is_chosen
{
    private static readonly Fleet Fleet = Given.Fleet();

    [Fact]
    public void Should_say_why_in_one_sentence()
    {
        var choice = Choose(Fleet).ShouldNotBeNull();
        choice.At.ShouldBe(Given.Now);
        choice.Reason.ShouldBe("hostb is rated best of 2 hosts that can take g1, equal to hostc and before it by name");
        choice.Ratings.Select(rating => rating.Host).ShouldBe([Given.HostB, Given.HostC, Given.HostA]);
    }

    [Fact]
    public void Should_say_what_sets_the_best_off_from_the_next()
    {
        Choose(Fleet.WithCapacity(Given.HostC, capacity => capacity with { FreeMemory = Bytes.FromGibibytes(20) })).ShouldNotBeNull().Reason
            .ShouldBe("hostc is rated best of 2 hosts that can take g1, ahead of hostb by free memory (18 GiB of 32 GiB of memory left after the move)");
        var troubled = Fleet.With(Given.HostB, host => host with { RecentFailures = [new(Given.HostB, Given.Now, new("m0"), "it ran out of disk")] });
        Choose(troubled).ShouldNotBeNull().Reason.ShouldBe(
            "hostc is rated best of 2 hosts that can take g1, ahead of hostb by trouble (hostb: migration m0 failed through it 0 min ago: it ran out of disk)");
    }

    [Fact]
    public void Should_take_the_preferred_host_if_nothing_speaks_against_it()
    {
        var choice = Choose(Fleet, query => query with { Preferred = Given.HostC }).ShouldNotBeNull();
        (choice.Host, choice.Reason).ShouldBe((Given.HostC, "hostc was preferred by the request and can take g1"));
        var full = Fleet.WithCapacity(Given.HostC, capacity => capacity with { FreeMemory = Bytes.Zero });
        Choose(full, query => query with { Preferred = Given.HostC }).ShouldNotBeNull().Reason.ShouldBe("hostb is the only one of 3 hosts that can take g1");
    }

    [Fact]
    public void Should_take_the_first_of_the_hosts_asked_for_that_can()
    {
        var emptier = Fleet.WithCapacity(Given.HostB, capacity => capacity with { FreeMemory = Bytes.FromGibibytes(30) });
        var choice = Choose(emptier, query => query with { Allowed = [Given.HostC, Given.HostB] }).ShouldNotBeNull();
        (choice.Host, choice.Reason).ShouldBe((Given.HostC, "hostc is the first of 2 hosts asked for and can take g1"));
        choice.Ratings[0].Score.ShouldBeLessThan(choice.Ratings[1].Score);
        var full = Fleet.WithCapacity(Given.HostC, capacity => capacity with { FreeMemory = Bytes.Zero });
        Choose(full, query => query with { Allowed = [Given.HostC, Given.HostB] }).ShouldNotBeNull().Reason
            .ShouldBe("hostb is the first of 2 hosts asked for that can take g1; hostc cannot");
    }

    [Fact]
    public void Should_look_at_no_other_host_than_those_asked_for()
    {
        var choice = Choose(Fleet, query => query with { Allowed = [Given.HostC] }, out var ratings).ShouldNotBeNull();
        (choice.Host, choice.Reason).ShouldBe((Given.HostC, "hostc is the host that was asked for and can take g1"));
        ratings.ShouldHaveSingleItem();
    }

    [Fact]
    public void Should_prefer_one_of_the_hosts_asked_for_over_the_order() =>
        Choose(Fleet, query => query with { Allowed = [Given.HostB, Given.HostC], Preferred = Given.HostC }).ShouldNotBeNull().Host.ShouldBe(Given.HostC);

    [Fact]
    public void Should_not_try_a_host_again_that_has_failed()
    {
        Choose(Fleet, query => query with { Excluded = [Given.HostB], Preferred = Given.HostB }, out var ratings).ShouldNotBeNull().Host.ShouldBe(Given.HostC);
        ratings.Single(rating => rating.Host == Given.HostB).Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.HostFailedBefore);
    }

    [Fact]
    public void Should_choose_none_and_say_why_not_where_none_can_take_it()
    {
        Choose(Fleet.WithVm(vm => vm with { Memory = Bytes.FromGibibytes(100) }), query => query, out var ratings).ShouldBeNull();
        ratings.Select(rating => rating.Refusals[0].Code).ShouldBe([RefusalCode.SameHost, RefusalCode.NotEnoughMemory, RefusalCode.NotEnoughMemory]);
    }

    [Fact]
    public void Should_break_a_rule_only_where_that_is_allowed_and_nothing_else_is_left()
    {
        var apart = new PlacementRules { VmAffinity = [new("replicas", Given.Labels(("app", "db")), Apart: true)] };
        var fleet = Fleet.WithVm(vm => vm with { Labels = Given.Labels(("app", "db")) }).WithVms(Given.HostB, Given.Vm("g2", ("app", "db"))) with { Rules = apart };
        var emptier = fleet.WithCapacity(Given.HostB, capacity => capacity with { FreeMemory = Bytes.FromGibibytes(30) });
        Choose(emptier, query => query with { RelaxAffinity = true, Preferred = Given.HostB }).ShouldNotBeNull().Host.ShouldBe(Given.HostC);

        var crowded = fleet.WithVms(Given.HostC, Given.Vm("g3", ("app", "db")) with { VCpus = 8 });
        Choose(crowded).ShouldBeNull();
        var choice = Choose(crowded, query => query with { RelaxAffinity = true }).ShouldNotBeNull();
        choice.Host.ShouldBe(Given.HostB);
        choice.Reason.ShouldEndWith(
            ", although that breaks a rule that keeps machines together or apart, because no host can take it otherwise");
        choice.Ratings[0].Terms.ShouldContain(term => term.Name == "VM affinity" && term.Points < -100 && term.Explanation == "breaks rule 'replicas'");
    }

    [Fact]
    public void Should_count_what_its_own_migration_keeps_as_free_for_it()
    {
        var fleet = Fleet.WithVm(vm => vm with { Memory = Bytes.FromGibibytes(16) }) with { Migrations = [Given.Migration("g1", Given.HostB)] };
        Choose(fleet, query => query with { Allowed = [Given.HostB] }).ShouldBeNull();
        Choose(fleet, query => query with { Allowed = [Given.HostB], Except = new("m1") }).ShouldNotBeNull().Host.ShouldBe(Given.HostB);
    }

    [Fact]
    public void Should_choose_the_same_whatever_the_order_of_the_hosts()
    {
        var random = new Random(20260101);
        var hosts = Enumerable.Range(1, 12).Select(n => Given.Host(new($"node{n}")))
            .Select(host => host with { Inventory = host.Inventory with { Capacity = host.Inventory.Capacity with { FreeMemory = Bytes.FromGibibytes(random.Next(1, 6)) } } });
        var fleet = Fleet with { Hosts = [Given.Host(Given.HostA, Given.Vm("g1")), .. hosts] };
        var expected = Choose(fleet).ShouldNotBeNull();
        for (var i = 0; i < 50; i++)
        {
            var shuffled = fleet.Hosts.ToArray();
            random.Shuffle(shuffled);
            var choice = Choose(fleet with { Hosts = shuffled }).ShouldNotBeNull();
            (choice.Host, choice.Reason).ShouldBe((expected.Host, expected.Reason));
            choice.Ratings.Select(rating => rating.Host).ShouldBe(expected.Ratings.Select(rating => rating.Host));
        }
    }

    private static PlacementDecision? Choose(Fleet fleet, Func<PlacementQuery, PlacementQuery>? change = null) => Choose(fleet, change ?? (query => query), out _);

    private static PlacementDecision? Choose(Fleet fleet, Func<PlacementQuery, PlacementQuery> change, out IReadOnlyList<HostRating> ratings)
    {
        var index = new FleetIndex(fleet);
        var query = change(new(index.FindVm(Given.IdOf("g1"))!, new()));
        var choice = Placement.Choose(index, query, Given.Now, out ratings);
        Placement.Rate(index, query, Given.Now).Select(rating => rating.Host).ShouldBe(ratings.Select(rating => rating.Host));
        return choice;
    }
}
