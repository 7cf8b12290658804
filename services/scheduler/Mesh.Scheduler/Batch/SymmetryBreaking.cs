using System.Globalization;

namespace Mesh.Scheduler.Batch;

/// <summary>Which hosts, and which items, are alike as far as room and groups go, so that one of them stands for all.</summary>
internal static class SymmetryBreaking
{
    /// <summary>For each host the first that is like it: as much is free, and the same items are allowed.</summary>
    public static int[] HostClasses(BatchProblem problem) => Representatives(problem.Hosts.Count, host => string.Concat(
        Numbers(problem.Hosts[host].Free), "|", string.Concat(problem.Items.Select(item => item.Allowed[host] ? '1' : '0'))));

    /// <summary>For each item the first that is like it: it takes as much, the same hosts are allowed, and it is in the same groups.</summary>
    public static int[] ItemClasses(BatchProblem problem) => Representatives(problem.Items.Count, item => string.Concat(
        Numbers(problem.Items[item].Demands), "|", string.Concat(problem.Items[item].Allowed.Select(allowed => allowed ? '1' : '0')),
        "|", Groups(problem.Apart, item), "|", Groups(problem.Together, item)));

    private static int[] Representatives(int count, Func<int, string> keyOf)
    {
        var firsts = new Dictionary<string, int>(StringComparer.Ordinal);
        var of = new int[count];
        for (var number = 0; number < count; number++)
        {
            var key = keyOf(number);
            if (!firsts.TryAdd(key, number))
                of[number] = firsts[key];
            else
                of[number] = number;
        }

        return of;
    }

    private static string Numbers(IReadOnlyList<long> numbers) => string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    private static string Groups(IReadOnlyList<IReadOnlyList<int>> groups, int item) =>
        string.Join(',', Enumerable.Range(0, groups.Count).Where(group => groups[group].Contains(item)));
}
