using System.Diagnostics;
using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Draining;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Tests.Draining;

public sealed class When_a_large_drain_is_planned(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, 1, 1000, 0)]
    [InlineData(2, 1, 1000, 30)]
    [InlineData(3, 10, 100, 0)]
    [InlineData(4, 10, 100, 30)]
    [InlineData(5, 25, 40, 0)]
    [InlineData(6, 25, 40, 30)]
    [InlineData(7, 40, 25, 30)]
    [InlineData(8, 10, 100, 30, true)]
    [InlineData(9, 25, 40, 30, true)]
    public void Should_take_hardly_longer_than_the_lower_bound(int seed, int drained, int each, int writingPercent, bool unequalLinks = false)
    {
        var fleet = SimulatedFleet.Mixed(seed, 50, drained, each, writingPercent, unequalLinks);
        var clock = Stopwatch.StartNew();
        var plan = DrainPlanner.Plan(fleet, SimulatedFleet.Drain(drained), SimulatedFleet.Now);
        var took = clock.Elapsed;

        plan.Moves.Count.ShouldBe(drained * each);
        plan.BlockedVms.ShouldBeEmpty();
        var bound = BoundForAnyPlan(fleet, plan);
        output.WriteLine($"{drained} hosts of {each}, {writingPercent} % write: {plan.Makespan}, links {plan.LowerBound} ({plan.Makespan / plan.LowerBound:0.000}), "
            + $"any plan {bound} ({plan.Makespan / bound:0.000}); planned in {took.TotalMilliseconds:0} ms");
        (plan.Makespan / bound).ShouldBeLessThanOrEqualTo(1.15);
        plan.LowerBound.ShouldBeGreaterThanOrEqualTo(bound - TimeSpan.FromMilliseconds(1));
    }

    private static TimeSpan BoundForAnyPlan(Fleet fleet, Drain plan) => DrainBounds.ComputeForAnyPlan(
        plan.Moves.Select(move => new PlannedMove { From = move.From, To = move.To, DataSize = move.DataSize }),
        fleet.Hosts.Select(host => host.Inventory.Host).Except(plan.Hosts),
        LinkLimits.ForDrain(new FleetIndex(fleet), plan.Parallel));
}
