namespace Mesh.Agent.Libvirt;

/// <summary>Named values that libvirt gave, such as the statistics of a job.</summary>
/// <param name="All">All of them, in libvirt's order, repeated names included.</param>
public sealed record TypedParameters(IReadOnlyList<TypedParameter> All)
{
    private const long LongestMilliseconds = long.MaxValue / TimeSpan.TicksPerMillisecond;

    /// <summary>No values.</summary>
    public static TypedParameters Empty { get; } = new([]);

    /// <summary>The values by name; of a repeated name the last one, as <see cref="Texts"/> gives all.</summary>
    public IReadOnlyDictionary<string, object> ByName { get; } =
        All.GroupBy(p => p.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal);

    /// <summary>All texts under one name.</summary>
    public IReadOnlyList<string> Texts(string name) =>
        [.. All.Where(p => string.Equals(p.Name, name, StringComparison.Ordinal)).Select(p => p.Value).OfType<string>()];

    /// <summary>The text under a name; null when there is none.</summary>
    public string? Text(string name) => ByName.GetValueOrDefault(name) as string;

    /// <summary>The truth value under a name; null when there is none.</summary>
    public bool? Boolean(string name) => ByName.GetValueOrDefault(name) as bool?;

    /// <summary>
    /// The whole number under a name, of whichever of the four integer types; null when there is none. An unsigned value above
    /// <see cref="long.MaxValue"/>, which libvirt uses for "no limit", becomes <see cref="long.MaxValue"/>.
    /// </summary>
    public long? WholeNumber(string name) => ByName.GetValueOrDefault(name) switch
    {
        int value => value,
        uint value => value,
        long value => value,
        ulong value => (long)Math.Min(value, long.MaxValue),
        _ => null,
    };

    /// <summary>The number of milliseconds under a name, as a time; null when there is none.</summary>
    public TimeSpan? Milliseconds(string name) =>
        WholeNumber(name) is { } milliseconds
            ? new TimeSpan(Math.Min(milliseconds, LongestMilliseconds) * TimeSpan.TicksPerMillisecond)
            : null;
}
