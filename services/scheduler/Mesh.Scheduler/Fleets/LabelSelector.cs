using System.Globalization;
using Mesh.Contracts.Scheduling;

namespace Mesh.Scheduler.Fleets;

/// <summary>Matches labels; the operators are those of Kubernetes' node affinity.</summary>
internal static class LabelSelector
{
    /// <summary>Whether all requested labels are present with these values; true if none is requested.</summary>
    public static bool MatchesLabels(IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> requested)
    {
        foreach (var (key, value) in requested)
            if (!HasLabel(labels, key, value))
                return false;
        return true;
    }

    /// <summary>The same for labels in an array, which is faster to iterate.</summary>
    public static bool MatchesLabels(IReadOnlyDictionary<string, string> labels, KeyValuePair<string, string>[] requested)
    {
        foreach (var (key, value) in requested)
            if (!HasLabel(labels, key, value))
                return false;
        return true;
    }

    /// <summary>Whether every requirement is met; true if there is none.</summary>
    public static bool MatchesRequirements(IReadOnlyDictionary<string, string> labels, IReadOnlyList<LabelRequirement> requirements)
    {
        foreach (var requirement in requirements)
            if (!MatchesRequirements(labels, requirement))
                return false;
        return true;
    }

    /// <summary>The requirements as text, such as <c>zone in (a, b) and ssd</c>.</summary>
    public static string Describe(IReadOnlyList<LabelRequirement> requirements) => string.Join(" and ", requirements.Select(Describe));

    /// <summary>Labels as text, such as <c>app=db and tier=gold</c>.</summary>
    public static string Describe(IReadOnlyDictionary<string, string> labels) =>
        string.Join(" and ", labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"));

    private static bool HasLabel(IReadOnlyDictionary<string, string> labels, string key, string value) =>
        labels.TryGetValue(key, out var found) && string.Equals(found, value, StringComparison.Ordinal);

    private static bool MatchesRequirements(IReadOnlyDictionary<string, string> labels, LabelRequirement requirement)
    {
        var found = labels.TryGetValue(requirement.Key, out var value) ? value : null;
        return requirement.Operator switch
        {
            LabelOperator.In => found is not null && requirement.Values.Contains(found, StringComparer.Ordinal),
            LabelOperator.NotIn => found is null || !requirement.Values.Contains(found, StringComparer.Ordinal),
            LabelOperator.Exists => found is not null,
            LabelOperator.DoesNotExist => found is null,
            LabelOperator.GreaterThan => ParseNumbers(found, requirement) is { } pair && pair.Found > pair.Bound,
            LabelOperator.LessThan => ParseNumbers(found, requirement) is { } pair && pair.Found < pair.Bound,
            _ => false,
        };
    }

    private static (long Found, long Bound)? ParseNumbers(string? found, LabelRequirement requirement) =>
        requirement.Values is [var text]
        && long.TryParse(found, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var bound)
            ? (number, bound)
            : null;

    private static string Describe(LabelRequirement requirement) => requirement.Operator switch
    {
        LabelOperator.In when requirement.Values is [var only] => $"{requirement.Key}={only}",
        LabelOperator.In => $"{requirement.Key} in ({string.Join(", ", requirement.Values)})",
        LabelOperator.NotIn => $"{requirement.Key} not in ({string.Join(", ", requirement.Values)})",
        LabelOperator.Exists => $"the label {requirement.Key}",
        LabelOperator.DoesNotExist => $"no label {requirement.Key}",
        LabelOperator.GreaterThan => $"{requirement.Key} > {string.Join(", ", requirement.Values)}",
        LabelOperator.LessThan => $"{requirement.Key} < {string.Join(", ", requirement.Values)}",
        _ => requirement.Key,
    };
}
