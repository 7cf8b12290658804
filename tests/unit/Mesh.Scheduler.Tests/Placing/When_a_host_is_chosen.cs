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
    public void Should_explain_the_choice_in_one_sentence()
    {
        var choice = Choose(Fleet).ShouldNotBeNull();
        choice.At.ShouldBe(Given.Now);
        choice.Reason.ShouldBe("hostb has the highest score of 2 hosts that can take g1, tied with hostc and first by name");
        choice.Ratings.Select(rating => rating.Host).ShouldBe([Given.HostB, Given.HostC, Given.HostA]);
    }

    [Fact]
    public void Should_explain_the_lead_over_the_next_host()
    {
        Choose(Fleet.WithCapacity(Given.HostC, capacity => capacity with { FreeMemory = Bytes.FromGibibytes(20) })).ShouldNotBeNull().Reason
            .ShouldBe("hostc has the highest score of 2 hosts that can take g1, ahead of hostb by free memory (18 GiB of 32 GiB memory free after the migration)");
        var failed = Fleet.With(Given.HostB, host => host with { RecentFailures = [new(Given.HostB, Given.Now, new("m0"), "it ran out of disk")] });
        Choose(failed).ShouldNotBeNull().Reason.ShouldBe(
            "hostc has the highest score of 2 hosts that can take g1, ahead of hostb by recent failure (hostb: migration m0 failed on it 0 min ago: it ran out of disk)");
    }

    [Fact]
    public void Should_choose_the_preferred_host_if_it_is_eligible()
    {
        var choice = Choose(Fleet, query => query with { Preferred = Given.HostC }).ShouldNotBeNull();
        (choice.Host, choice.Reason).ShouldBe((Given.HostC, "hostc is preferred by the request and can take g1"));
        var full = Fleet.WithCapacity(Given.HostC, capacity => capacity with { FreeMemory = Bytes.Zero });
        Choose(full, query => query with { Preferred = Given.HostC }).ShouldNotBeNull().Reason.ShouldBe("hostb is the only one of 3 hosts that can take g1");
    }

    [Fact]
    public void Should_choose_the_first_eligible_of_the_requested_hosts()
    {
        var emptier = Fleet.WithCapacity(Given.HostB, capacity => capacity with { FreeMemory = Bytes.FromGibibytes(30) });
        var choice = Choose(emptier, query => query with { Allowed = [Given.HostC, Given.HostB] }).ShouldNotBeNull();
        (choice.Host, choice.Reason).ShouldBe((Given.HostC, "hostc is the first of 2 requested hosts and can take g1"));
        choice.Ratings[0].Score.ShouldBeLessThan(choice.Ratings[1].Score);
        var full = Fleet.WithCapacity(Given.HostC, capacity => capacity with { FreeMemory = Bytes.Zero });
        Choose(full, query => query with { Allowed = [Given.HostC, Given.HostB] }).ShouldNotBeNull().Reason
            .ShouldBe("hostb is the first of 2 requested hosts that can take g1; hostc cannot");
    }

    [Fact]
    public void Should_consider_only_requested_hosts()
    {
        var choice = Choose(Fleet, query => query with { Allowed = [Given.HostC] }, out var ratings).ShouldNotBeNull();
        (choice.Host, choice.Reason).ShouldBe((Given.HostC, "hostc is the requested host and can take g1"));
        ratings.ShouldHaveSingleItem();
    }

    [Fact]
    public void Should_choose_the_preferred_host_before_the_requested_order() =>
        Choose(Fleet, query => query with { Allowed = [Given.HostB, Given.HostC], Preferred = Given.HostC }).ShouldNotBeNull().Host.ShouldBe(Given.HostC);

    [Fact]
    public void Should_not_retry_a_host_that_has_failed()
    {
        Choose(Fleet, query => query with { Excluded = [Given.HostB], Preferred = Given.HostB }, out var ratings).ShouldNotBeNull().Host.ShouldBe(Given.HostC);
        ratings.Single(rating => rating.Host == Given.HostB).Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.HostFailedBefore);
    }

    [Fact]
    public void Should_explain_why_no_host_can_take_it()
    {
        Choose(Fleet.WithVm(vm => vm with { Memory = Bytes.FromGibibytes(100) }), query => query, out var ratings).ShouldBeNull();
        ratings.Select(rating => rating.Refusals[0].Code).ShouldBe([RefusalCode.SameHost, RefusalCode.NotEnoughMemory, RefusalCode.NotEnoughMemory]);
    }

    [Fact]
    public void Should_violate_a_rule_only_if_allowed_and_necessary()
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
            "; this breaks a VM affinity rule, because no host can take it otherwise");
        choice.Ratings[0].Terms.ShouldContain(term => term.Name == "VM affinity" && term.Points < -100 && term.Explanation == "breaks rule 'replicas'");
    }

    [Fact]
    public void Should_ignore_the_reservation_of_its_own_migration()
    {
        var fleet = Fleet.WithVm(vm => vm with { Memory = Bytes.FromGibibytes(16) }) with { Migrations = [Given.Migration("g1", Given.HostB)] };
        Choose(fleet, query => query with { Allowed = [Given.HostB] }).ShouldBeNull();
        Choose(fleet, query => query with { Allowed = [Given.HostB], Except = new("m1") }).ShouldNotBeNull().Host.ShouldBe(Given.HostB);
    }

    [Fact]
    public void Should_not_depend_on_the_order_of_the_hosts()
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
