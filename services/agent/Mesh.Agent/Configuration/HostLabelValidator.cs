namespace Mesh.Agent.Configuration;

/// <summary>What labels of a host may be.</summary>
public static class HostLabelValidator
{
    /// <summary>How many labels a host has at most.</summary>
    public const int LabelsMax = 64;

    /// <summary>How long the keys and values of labels are at most, in characters.</summary>
    public const int LengthMax = 253;

    /// <summary>The key of every host's own name, which no label may have.</summary>
    public const string HostKey = "host";

    /// <summary>Everything that is wrong with a host's labels, in words.</summary>
    public static IEnumerable<string> Validate(IDictionary<string, string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count > LabelsMax)
            yield return $"Labels: {labels.Count} are given and {LabelsMax} are accepted at most";
        foreach (var (key, value) in labels)
            if (ValidateLabel(key, value) is { } problem)
                yield return $"Labels: {problem}";
    }

    /// <summary>What is wrong with a label, in words; null if nothing is.</summary>
    public static string? ValidateLabel(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length is 0 or > LengthMax || key.Any(item => item is '=' or ':' || char.IsWhiteSpace(item)))
            return $"the key '{key}' takes 1 to {LengthMax} characters other than spaces, '=' and ':'";
        if (string.Equals(key, HostKey, StringComparison.OrdinalIgnoreCase))
            return $"the key '{key}' is taken: it is every host's own name";
        return value is { Length: > 0 and <= LengthMax } ? null : $"the value of '{key}' takes 1 to {LengthMax} characters";
    }
}
