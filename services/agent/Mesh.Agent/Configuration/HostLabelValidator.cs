using Mesh.Contracts.Values;

namespace Mesh.Agent.Configuration;

/// <summary>The rules for a host's labels.</summary>
public static class HostLabelValidator
{
    /// <summary>Everything that is wrong with a host's labels.</summary>
    public static IEnumerable<string> Validate(IDictionary<string, string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count > LabelLimits.CountMax)
            yield return $"at most {LabelLimits.CountMax} labels are allowed, not {labels.Count}";
        foreach (var (key, value) in labels)
            if (ValidateLabel(key, value) is { } problem)
                yield return problem;
    }

    /// <summary>What is wrong with a label; null if nothing is.</summary>
    public static string? ValidateLabel(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length is 0 or > LabelLimits.LengthMax || key.Any(character => character is '=' or ':' || char.IsWhiteSpace(character)))
            return $"the key '{key}' must have 1 to {LabelLimits.LengthMax} characters other than spaces, '=' and ':'";
        if (string.Equals(key, LabelLimits.HostKey, StringComparison.OrdinalIgnoreCase))
            return $"the key '{key}' is reserved for the host's name";
        return value is { Length: > 0 and <= LabelLimits.LengthMax } ? null : $"the value of '{key}' must have 1 to {LabelLimits.LengthMax} characters";
    }
}
