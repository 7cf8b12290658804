namespace Mesh.Agent.Configuration;

/// <summary>The rules for a host's labels.</summary>
public static class HostLabelValidator
{
    /// <summary>How many labels a host may have.</summary>
    public const int LabelsMax = 64;

    /// <summary>How long a label's key or value may be, in characters.</summary>
    public const int LengthMax = 253;

    /// <summary>The key that is reserved for the host's name.</summary>
    public const string HostKey = "host";

    /// <summary>Everything that is wrong with a host's labels.</summary>
    public static IEnumerable<string> Validate(IDictionary<string, string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count > LabelsMax)
            yield return $"at most {LabelsMax} labels are allowed, not {labels.Count}";
        foreach (var (key, value) in labels)
            if (ValidateLabel(key, value) is { } problem)
                yield return problem;
    }

    /// <summary>What is wrong with a label; null if nothing is.</summary>
    public static string? ValidateLabel(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length is 0 or > LengthMax || key.Any(character => character is '=' or ':' || char.IsWhiteSpace(character)))
            return $"the key '{key}' must have 1 to {LengthMax} characters other than spaces, '=' and ':'";
        if (string.Equals(key, HostKey, StringComparison.OrdinalIgnoreCase))
            return $"the key '{key}' is reserved for the host's name";
        return value is { Length: > 0 and <= LengthMax } ? null : $"the value of '{key}' must have 1 to {LengthMax} characters";
    }
}
