using Mesh.Contracts.Values;

namespace Mesh.Agent.Configuration;

/// <summary>What labels of a host may be.</summary>
public static class HostLabelValidator
{
    /// <summary>Everything that is wrong with a host's labels, in words.</summary>
    public static IEnumerable<string> Validate(IDictionary<string, string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count > LabelLimits.CountMax)
            yield return $"Labels: {labels.Count} are given and {LabelLimits.CountMax} are accepted at most";
        foreach (var (key, value) in labels)
            if (ValidateLabel(key, value) is { } problem)
                yield return $"Labels: {problem}";
    }

    /// <summary>What is wrong with a label, in words; null if nothing is.</summary>
    public static string? ValidateLabel(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length is 0 or > LabelLimits.LengthMax || key.Any(item => item is '=' or ':' || char.IsWhiteSpace(item)))
            return $"the key '{key}' takes 1 to {LabelLimits.LengthMax} characters other than spaces, '=' and ':'";
        if (string.Equals(key, LabelLimits.HostKey, StringComparison.OrdinalIgnoreCase))
            return $"the key '{key}' is taken: it is every host's own name";
        return value is { Length: > 0 and <= LabelLimits.LengthMax } ? null : $"the value of '{key}' takes 1 to {LabelLimits.LengthMax} characters";
    }
}
