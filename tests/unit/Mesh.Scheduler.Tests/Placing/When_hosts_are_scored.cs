using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Placing;

namespace Mesh.Scheduler.Tests.Placing;

public sealed class When_hosts_are_scored
{
    private static readonly Fleet Fleet = Given.Fleet();
    private static readonly IReadOnlyDictionary<string, string> App = Given.Labels(("app", "db"));
    private static readonly IReadOnlyList<LabelRequirement> OnC = [new("host", LabelOperator.In, ["hostc"])];
    private static readonly IReadOnlyList<LabelRequirement> OnB = [new("host", LabelOperator.In, ["hostb"])];

    /// <summary>Each makes the host by that name the better one, although ties are broken by name in favour of hostb.</summary>
    private static readonly Dictionary<string, Fleet> Better = new(StringComparer.Ordinal)
    {
        ["free memory"] = Fleet.WithCapacity(Given.HostC, capacity => capacity with { FreeMemory = Bytes.FromGibibytes(17) }),
        ["free CPUs"] = Fleet.WithVms(Given.HostB, Given.Vm("g2")),
        ["link headroom"] = Fleet.WithCapacity(Given.HostB, capacity => capacity with { Memory = Bytes.FromGibibytes(32) })
            .WithVms(Given.HostA, Given.Vm("g2") with { Memory = Bytes.Zero, VCpus = 0 }) with
        { Migrations = [Given.Migration("g2", Given.HostB)] },
        ["NUMA"] = Fleet.WithCapacity(Given.HostB, capacity => capacity with { NumaCells = [new(0, Bytes.FromGibibytes(32), Bytes.FromGibibytes(1), 8)] }),
        ["huge pages"] = Fleet.WithVm(vm => vm with { HugePageSize = Bytes.FromMebibytes(2) })
            .WithCapacity(Given.HostB, capacity => capacity with { HugePages = [new(Bytes.FromMebibytes(2), 2048, 1100)] }),
        ["host affinity"] = Ruled(new() { HostAffinity = [new("ssd", App, OnC, Required: false, Weight: 10)] }),
        ["taint"] = Ruled(new() { Taints = [new("batch", OnB, Given.Labels(("batch", "yes")), Hard: false, Weight: 10)] }),
        ["VM affinity"] = Ruled(new() { VmAffinity = [new("near", App, Apart: false, Hard: false, Weight: 50)] })
            .WithVms(Given.HostC, Given.Vm("g2", ("app", "db")) with { VCpus = 0 }),
        ["recent failure"] = Fleet.With(Given.HostB, host => host with { RecentFailures = [new(Given.HostB, Given.Now.AddMinutes(-10), new("m0"), "it ran out of disk")] }),
    };

    public static TheoryData<string> Terms => [.. Better.Keys];

    [Fact]
    public void Should_break_ties_by_name() => Choose(Fleet).Host.ShouldBe(Given.HostB);

    [Theory]
    [MemberData(nameof(Terms))]
    public void Should_choose_the_host_that_this_term_makes_better(string term)
    {
        var choice = Choose(Better[term]);
        choice.Host.ShouldBe(Given.HostC);
        Points(choice.Ratings[0], term).ShouldBeGreaterThan(Points(choice.Ratings[1], term));
        foreach (var other in choice.Ratings[0].Terms.Select(one => one.Name).Where(name => name != term))
            Points(choice.Ratings[0], other).ShouldBe(Points(choice.Ratings[1], other), other);
    }

    [Fact]
    public void Should_keep_vms_apart_if_possible()
    {
        var fleet = Ruled(new() { VmAffinity = [new("far", App, Apart: true, Hard: false, Weight: 30)] }).WithVms(Given.HostB, Given.Vm("g2", ("app", "db")) with { VCpus = 0 });
        Choose(fleet).Host.ShouldBe(Given.HostC);
        Points(Choose(fleet).Ratings[1], "VM affinity").ShouldBe(-30);
    }

    [Fact]
    public void Should_fill_hosts_with_the_pack_strategy()
    {
        var fleet = Fleet.WithCapacity(Given.HostC, capacity => capacity with { FreeMemory = Bytes.FromGibibytes(8) })
            .WithVms(Given.HostC, Given.Vm("g2"));
        Choose(fleet).Host.ShouldBe(Given.HostB);
        Choose(fleet with { Limits = new() { Strategy = PlacementStrategy.Pack } }).Host.ShouldBe(Given.HostC);
    }

    [Fact]
    public void Should_let_failures_fade()
    {
        double After(TimeSpan age) => Points(
            Choose(Fleet.With(Given.HostB, host => host with { RecentFailures = [new(Given.HostB, Given.Now - age, new("m0"), "it failed")] })).Ratings
                .Single(rating => rating.Host == Given.HostB), "recent failure");
        After(TimeSpan.Zero).ShouldBe(-40);
        After(TimeSpan.FromMinutes(15)).ShouldBe(-20);
        After(TimeSpan.FromMinutes(30)).ShouldBe(0);
        After(TimeSpan.FromDays(1)).ShouldBe(0);
    }

    [Fact]
    public void Should_consider_the_rates_of_migrations_on_the_link()
    {
        var migration = Given.Migration("g2", Given.HostB, MigrationPhase.PreCopy);
        var fast = migration with { Sample = Given.Sample(migration, Bytes.FromGibibytes(1), Bytes.FromGibibytes(1), BytesPerSecond.FromMebibytes(72)) };
        var fleet = Fleet.WithVms(Given.HostA, Given.Vm("g2")) with { Migrations = [fast] };
        Choose(fleet).Ratings.Single(rating => rating.Host == Given.HostB).Terms.Single(term => term.Name == "link headroom")
            .ShouldBe(new("link headroom", 10, "18 MiB/s of 90 MiB/s free for migrations on its link"));
    }

    [Fact]
    public void Should_add_up_the_points_and_explain_each()
    {
        foreach (var rating in Choose(Fleet).Ratings.Where(rating => rating.Refusals.Count == 0))
        {
            rating.Score.ShouldBe(rating.Terms.Sum(term => term.Points), 0.05);
            rating.Terms.ShouldAllBe(term => term.Explanation.Length > 5);
        }
    }

    private static Fleet Ruled(PlacementRules rules) => Fleet.WithVm(vm => vm with { Labels = App }) with { Rules = rules };

    private static double Points(HostRating rating, string term) => rating.Terms.Where(one => one.Name == term).Sum(one => one.Points);

    private static PlacementDecision Choose(Fleet fleet)
    {
        var index = new FleetIndex(fleet);
        return Placement.Choose(index, new(index.FindVm(Given.IdOf("g1"))!, new()), Given.Now, out _).ShouldNotBeNull();
    }
}
