using Mesh.Scheduler.Predicting;

namespace Mesh.Scheduler.Tests.Predicting;

public sealed class When_flows_share_links
{
    private const double Tolerance = 1e-6;

    /// <summary>
    /// The max-min fair allocation is the only one within all capacities and limits in which each flow is at its limit or crosses a full link on
    /// which no flow is faster.
    /// </summary>
    [Fact]
    public void Should_be_max_min_fair_with_limits_and_unknown_links()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var capacities = Enumerable.Range(0, 8).Select(_ => (double)random.Next(50, 2000)).ToArray();
            var flows = Enumerable.Range(0, random.Next(1, 20)).Select(_ => RandomFlow(random)).ToArray();

            var rates = new FairShareAllocator(capacities).Allocate(flows);

            for (var flow = 0; flow < flows.Length; flow++)
                (rates[flow] >= flows[flow].Limit - Tolerance || HasBottleneck(flow)).ShouldBeTrue($"seed {seed}, flow {flow}");

            bool HasBottleneck(int flow) => flows[flow] is { Outbound: null, Inbound: null }
                ? rates[flow] >= double.MaxValue
                : new[] { flows[flow].Outbound, flows[flow].Inbound }.OfType<int>().Any(link => IsBottleneck(link, flow));

            bool IsBottleneck(int link, int flow)
            {
                var over = Enumerable.Range(0, flows.Length).Where(other => flows[other].Outbound == link || flows[other].Inbound == link).Select(other => rates[other]).ToArray();
                over.Sum().ShouldBeLessThanOrEqualTo(capacities[link] + Tolerance, $"seed {seed}, link {link}");
                return over.Sum() >= capacities[link] - Tolerance && over.Max() <= rates[flow] + Tolerance;
            }
        }
    }

    [Fact]
    public void Should_never_give_less_than_one_byte_per_second() =>
        new FairShareAllocator([1, 1]).Allocate([new(0, 1), new(0, 1), new(0, 1, Limit: 0)]).ShouldAllBe(rate => rate >= 1);

    // The first four links are outbound, the others inbound.
    private static LinkFlow RandomFlow(Random random) => new(
        random.Next(5) == 0 ? null : random.Next(4),
        random.Next(5) == 0 ? null : 4 + random.Next(4),
        random.Next(3) == 0 ? random.Next(10, 1000) : double.MaxValue);
}
