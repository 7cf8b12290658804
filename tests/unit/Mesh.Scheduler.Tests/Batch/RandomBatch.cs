using Mesh.Scheduler.Batch;

namespace Mesh.Scheduler.Tests.Batch;

/// <summary>Random problems, from loose to so tight that not everything can be placed.</summary>
internal static class RandomBatch
{
    public static BatchProblem Small(Random random)
    {
        var (items, hosts, resources) = (random.Next(1, 8), random.Next(1, 4), random.Next(1, 4));
        var tightness = 0.6 + (2 * random.NextDouble());
        var wanted = Numbers(items, _ => Numbers(resources, _ => (long)random.Next(0, 9)));
        return new(
            Numbers(items, item => new BatchItem(
                wanted[item], Numbers(hosts, _ => random.Next(100) < 90), random.Next(0, 100), random.Next(2) == 0 ? null : Numbers(hosts, _ => random.NextDouble()))),
            Numbers(hosts, _ => new BatchHost(
                Numbers(resources, resource => (long)(wanted.Sum(demands => demands[resource]) * tightness / hosts * (0.5 + random.NextDouble()))), random.Next(1, 5))),
            Groups(random, items),
            Groups(random, items));
    }

    private static IReadOnlyList<int>[] Groups(Random random, int items) =>
        Numbers(random.Next(0, 2), _ => (IReadOnlyList<int>)[.. Enumerable.Range(0, items).Where(_ => random.Next(100) < 35)]);

    private static T[] Numbers<T>(int count, Func<int, T> of) => [.. Enumerable.Range(0, count).Select(of)];
}
