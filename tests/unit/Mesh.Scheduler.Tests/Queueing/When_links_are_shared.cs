using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Queueing;

namespace Mesh.Scheduler.Tests.Queueing;

public sealed class When_links_are_shared
{
    private static Fleet Fleet(double? a, double? b, double? c, params MigrationView[] migrations) =>
        (Given.Fleet(migrations) with { Hosts = [Given.Host("a", a), Given.Host("b", b), Given.Host("c", c), Given.Host("d")] })
        .With(limits => limits with { LinkShare = new(100), BandwidthFloor = BytesPerSecond.FromMebibytes(10) });

    private static double? Share(Fleet fleet, string id) =>
        BandwidthShares.Compute(fleet).TryGetValue(new(id), out var share) ? Math.Round(share.Mebibytes, 3) : null;

    [Fact]
    public void Should_share_a_link_evenly()
    {
        var fleet = Fleet(1000, 1000, 1000, Given.Running("m1", "a", "b"), Given.Running("m2", "a", "c"));
        Share(fleet, "m1").ShouldBe(500);
        Share(fleet, "m2").ShouldBe(500);
    }

    [Fact]
    public void Should_give_others_what_a_slower_link_leaves()
    {
        var fleet = Fleet(1000, 200, 1000, Given.Running("m1", "a", "b"), Given.Running("m2", "a", "c"));
        Share(fleet, "m1").ShouldBe(200);
        Share(fleet, "m2").ShouldBe(800);
    }

    [Fact]
    public void Should_count_each_direction_separately()
    {
        var fleet = Fleet(1000, 1000, 1000, Given.Running("m1", "a", "b"), Given.Running("m2", "b", "a"));
        Share(fleet, "m1").ShouldBe(1000);
        Share(fleet, "m2").ShouldBe(1000);
    }

    [Fact]
    public void Should_not_change_fixed_limits_and_give_the_rest_to_others()
    {
        var fixedOne = Given.Running("m1", "a", "b") with { Options = new() { Bandwidth = BytesPerSecond.FromMebibytes(100) } };
        var fleet = Fleet(1000, 1000, 1000, fixedOne, Given.Running("m2", "a", "c"));
        Share(fleet, "m1").ShouldBeNull();
        Share(fleet, "m2").ShouldBe(900);
    }

    [Fact]
    public void Should_set_nothing_where_no_link_is_known()
    {
        Share(Fleet(null, null, null, Given.Running("m", "a", "b")), "m").ShouldBeNull();
        Share(Fleet(null, 300, null, Given.Running("m", "a", "b")), "m").ShouldBe(300);
    }

    [Fact]
    public void Should_never_go_below_the_floor() =>
        Share(Fleet(5, 1000, null, Given.Running("m", "a", "b")), "m").ShouldBe(10);

    [Theory]
    [InlineData(MigrationPhase.Confirming)]
    [InlineData(MigrationPhase.CleaningUp)]
    public void Should_not_count_migrations_that_no_longer_send(MigrationPhase phase) =>
        Share(Fleet(1000, 1000, 1000, Given.Running("m1", "a", "b"), Given.Running("m2", "a", "c", phase)), "m1").ShouldBe(1000);

    [Fact]
    public void Should_be_sent_with_the_admission_and_updated_for_running_migrations()
    {
        var running = Given.Running("r", "a", "b") with { BandwidthShare = BytesPerSecond.FromMebibytes(1000) };
        var decision = Fleet(1000, 1000, 1000, running, Given.Waiting("m", "a")).Decide(Given.To("c"));
        decision.Admissions.ShouldHaveSingleItem().Bandwidth.ShouldBe(BytesPerSecond.FromMebibytes(500));
        decision.Shares.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            share => share.Id.Value.ShouldBe("r"), share => share.Bandwidth.ShouldBe(BytesPerSecond.FromMebibytes(500)));
    }

    [Theory]
    [InlineData(1000, 0)]
    [InlineData(1099, 0)]
    [InlineData(1120, 1)]
    [InlineData(890, 1)]
    [InlineData(null, 0)] // the scheduler set none: nobody else's limit is overridden
    public void Should_change_only_what_differs_by_more_than_a_tenth(int? set, int changes)
    {
        var running = Given.Running("r", "a", "b") with { BandwidthShare = set is { } mebibytes ? BytesPerSecond.FromMebibytes(mebibytes) : null };
        Fleet(1000, 1000, 1000, running).Decide(Given.To()).Shares.Count.ShouldBe(changes);
    }

    [Fact]
    public void Should_give_none_to_a_migration_that_only_prepares()
    {
        var decision = Fleet(1000, 1000, 1000, Given.Running("r1", "a", "b"), Given.Running("r2", "a", "b"), Given.Waiting("m", "a")).Decide(Given.To("c"));
        decision.Admissions.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            admission => admission.MayTransfer.ShouldBeFalse(), admission => admission.Bandwidth.ShouldBeNull());
    }

    [Fact]
    public void Should_be_max_min_fair_on_random_fleets()
    {
        var random = new Random(20);
        for (var round = 0; round < 500; round++)
        {
            var names = Enumerable.Range(0, 6).Select(number => $"h{number}").ToList();
            var hosts = names.Select(name => Given.Host(name, random.Next(50, 2000))).ToList();
            MigrationView[] flows = [.. Enumerable.Range(0, random.Next(1, 12))
                .Select(number => Given.Running($"m{number}", names[random.Next(3)], names[3 + random.Next(3)]))];
            var fleet = (Given.Fleet(flows) with { Hosts = hosts }).With(limits => limits with { LinkShare = new(100), BandwidthFloor = new(1) });
            var shares = BandwidthShares.Compute(fleet);
            foreach (var flow in flows)
                hosts.Any(host => IsBottleneck(host, flow)).ShouldBeTrue("each flow crosses a full link on which none has more than it");

            bool IsBottleneck(FleetHost host, MigrationView flow)
            {
                var (name, capacity) = (host.Inventory.Host, host.Inventory.Capacity.Link!.Value.Count);
                if (name != flow.Source && name != flow.Destination)
                    return false;

                // The first three are sources only, and the others destinations only.
                var over = flows.Where(other => other.Source == name || other.Destination == name).Select(other => shares[other.Id].Count).ToList();
                over.Sum().ShouldBeLessThanOrEqualTo(capacity);
                return over.Sum() >= capacity - over.Count && over.Max() <= shares[flow.Id].Count + 1;
            }
        }
    }
}
