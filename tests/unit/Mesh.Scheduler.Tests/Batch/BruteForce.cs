using Mesh.Scheduler.Batch;

namespace Mesh.Scheduler.Tests.Batch;

/// <summary>Tries every placement, and checks placements directly against the problem.</summary>
internal static class BruteForce
{
    /// <summary>The largest number of items in any placement.</summary>
    public static int Most(BatchProblem problem) => Most(problem, new int?[problem.Items.Count], 0);

    /// <summary>Every constraint that a placement violates, as text.</summary>
    public static IEnumerable<string> Broken(BatchProblem problem, IReadOnlyList<int?> hostOf)
    {
        for (var host = 0; host < problem.Hosts.Count; host++)
        {
            var here = Enumerable.Range(0, hostOf.Count).Where(item => hostOf[item] == host).ToArray();
            foreach (var item in here.Where(item => !problem.Items[item].Allowed[host]))
                yield return $"item {item} may not be on host {host}";
            for (var resource = 0; resource < problem.Hosts[host].Free.Count; resource++)
                if (here.Sum(item => problem.Items[item].Demands[resource]) is var sum and > 0 && sum > problem.Hosts[host].Free[resource])
                    yield return $"host {host} gives {sum} of resource {resource} and has {problem.Hosts[host].Free[resource]}";
            foreach (var group in problem.Apart.Where(group => group.Count(here.Contains) > 1))
                yield return $"{string.Join(' ', group)} are not apart on host {host}";
        }

        foreach (var group in problem.Together)
            if (group.Select(item => hostOf[item]).Where(host => host is not null).Distinct().Count() > 1)
                yield return $"{string.Join(' ', group)} are not together";
    }

    private static int Most(BatchProblem problem, int?[] hostOf, int item)
    {
        if (item == hostOf.Length)
            return hostOf.Count(host => host is not null);
        var most = Most(problem, hostOf, item + 1);
        for (var host = 0; host < problem.Hosts.Count; host++)
        {
            hostOf[item] = host;
            if (!Broken(problem, hostOf).Any())
                most = Math.Max(most, Most(problem, hostOf, item + 1));
            hostOf[item] = null;
        }

        return most;
    }
}
