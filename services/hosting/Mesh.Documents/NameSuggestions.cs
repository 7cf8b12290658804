namespace Mesh.Documents;

/// <summary>Suggests known names for an unknown one.</summary>
public static class NameSuggestions
{
    private const int CountMax = 3;

    /// <summary>The known names closest to a given one, closest first; at most three.</summary>
    public static IReadOnlyList<string> FindNearest(string name, IEnumerable<string> known) =>
    [
        .. known.Select(candidate => (Name: candidate, Distance: Distance(Normalize(name), Normalize(candidate))))
            .Where(candidate => candidate.Distance <= Math.Max(1, Math.Min(name.Length, candidate.Name.Length) / 3))
            .OrderBy(candidate => candidate.Distance).ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .Take(CountMax).Select(candidate => candidate.Name),
    ];

    /// <summary>"Did you mean", or a list of everything that is accepted.</summary>
    public static string Suggest(string name, IReadOnlyCollection<string> known) => FindNearest(name, known) is { Count: > 0 } near
        ? $"did you mean {string.Join(" or ", near)}?"
        : $"accepted: {string.Join(", ", known)}";

    // max_downtime and MaxDowntime match maxDowntime.
    private static string Normalize(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    // The Damerau-Levenshtein distance: letters to add, remove, replace or swap with their neighbours.
    private static int Distance(string left, string right)
    {
        if (Math.Max(left.Length, right.Length) > 64)
            return int.MaxValue;
        var steps = new int[left.Length + 1, right.Length + 1];
        for (var row = 0; row <= left.Length; row++)
            for (var column = 0; column <= right.Length; column++)
            {
                if (row == 0 || column == 0)
                {
                    steps[row, column] = row + column;
                    continue;
                }

                var replaced = steps[row - 1, column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1);
                steps[row, column] = Math.Min(Math.Min(steps[row - 1, column], steps[row, column - 1]) + 1, replaced);
                if (row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1])
                    steps[row, column] = Math.Min(steps[row, column], steps[row - 2, column - 2] + 1);
            }

        return steps[left.Length, right.Length];
    }
}
