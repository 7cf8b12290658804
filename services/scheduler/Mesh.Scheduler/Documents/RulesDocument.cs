using Mesh.Contracts.Scheduling;
using Mesh.Documents;

namespace Mesh.Scheduler.Documents;

/// <summary>The form in which people write placement rules; <c>infra/docs/scheduling.md</c> describes it. Their JSON is of that form too.</summary>
public static class RulesDocument
{
    /// <summary>How many rules a list may hold.</summary>
    public const int RulesMax = 1000;

    /// <summary>How long a rule's name may be, in characters.</summary>
    public const int NameLengthMax = 63;

    /// <summary>Reads rules, or tells everything that is wrong with the document at once.</summary>
    /// <param name="document">The whole document.</param>
    public static RulesReadResult Read(DocumentNode document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var diagnostics = new DiagnosticBag();
        var rules = MappingReader.Read(NodeContext.Create(document, "", diagnostics), ReadRules);
        var found = diagnostics.ToSortedList();
        return new RulesReadResult(found.Count == 0 ? rules : null, found);
    }

    /// <summary>Writes rules so that <see cref="Read"/> gives the same ones; what has its default is left out.</summary>
    public static DocumentMap Write(PlacementRules rules) => RulesWriter.Write(rules);

    private static PlacementRules ReadRules(MappingReader fields)
    {
        // The names of the three kinds of rules are one space, because refusals and scores tell only the name.
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        return new PlacementRules
        {
            HostAffinity = ReadList(fields.Optional("hostAffinity"), "host affinity rules", item => RuleReader.HostAffinity(item, names)),
            VmAffinity = ReadList(fields.Optional("vmAffinity"), "machine affinity rules", item => RuleReader.VmAffinity(item, names)),
            Taints = ReadList(fields.Optional("taints"), "taints", item => RuleReader.Taint(item, names)),
            Networks = ReadList(fields.Optional("networks"), "networks", RuleReader.Networks()),
        };
    }

    private static List<T> ReadList<T>(NodeContext? place, string what, Func<NodeContext, T?> read)
        where T : class => [.. place?.Items($"a list of {what}", RulesMax).Select(read).OfType<T>() ?? []];
}
