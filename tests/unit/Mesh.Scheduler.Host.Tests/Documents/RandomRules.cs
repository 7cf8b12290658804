using Mesh.Contracts.Scheduling;

namespace Mesh.Scheduler.Host.Tests.Documents;

/// <summary>Random valid rules, the same for the same seed.</summary>
internal sealed class RandomRules
{
    private static readonly string[] Texts =
    [
        "ssd", "true", "null", "~", "3", "1e5", "- a: b # c", "'quoted' \"twice\"", "%", "@", "a: b", "[x", "two\nlines", "é ü 日本 😀", "tab\there", "back\\slash", "*star",
        "&and", "!tag", "? what", "| bar", "NaN", "yes", "{}", " led by a space",
    ];

    private readonly Random _random;

    private RandomRules(int seed) => _random = new Random(seed);

    public static PlacementRules Create(int seed) => new RandomRules(seed).Make();

    private PlacementRules Make()
    {
        var number = 0;
        return new PlacementRules
        {
            HostAffinity = Several(() => Chance() is var required ? new HostAffinityRule($"a{number++}", Labels(0), Requirements(1), required, Weight(required)) : null!),
            VmAffinity = Several(() => Chance() is var hard ? new VmAffinityRule($"b{number++}", Labels(1), Chance(), hard, Weight(hard)) : null!),
            Taints = Several(() => Chance() is var hard ? new TaintRule($"c{number++}", Requirements(1), Labels(0), hard, Weight(hard)) : null!),
            Networks = Several(() => new NetworkRule($"{Pick()}{number++}", Requirements(0), Chance())),
        };
    }

    private List<T> Several<T>(Func<T> make) => [.. Enumerable.Range(0, _random.Next(0, 4)).Select(_ => make())];

    private Dictionary<string, string> Labels(int least) =>
        Enumerable.Range(0, _random.Next(least, 4)).ToDictionary(number => $"{Pick()}{number}", _ => Pick(), StringComparer.Ordinal);

    private List<LabelRequirement> Requirements(int least) => [.. Enumerable.Range(0, _random.Next(least, 4)).Select(_ => Requirement())];

    private LabelRequirement Requirement() => (LabelOperator)_random.Next(0, 6) switch
    {
        var of and (LabelOperator.Exists or LabelOperator.DoesNotExist) => new(Pick(), of, []),
        var of and (LabelOperator.GreaterThan or LabelOperator.LessThan) => new(Pick(), of, [$"{_random.Next(-100, 1000)}"]),
        var of => new(Pick(), of, [.. Enumerable.Range(0, _random.Next(1, 4)).Select(number => $"{Pick()}{number}")]),
    };

    private int Weight(bool isMust) => isMust ? 50 : _random.Next(1, 101);

    private bool Chance() => _random.Next(2) == 0;

    private string Pick() => Texts[_random.Next(Texts.Length)];
}
