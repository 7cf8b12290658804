using Mesh.Contracts.Documents;
using Mesh.Contracts.Scheduling;
using Mesh.Documents;
using static Mesh.Documents.NodeBuilder;

namespace Mesh.Scheduler.Documents;

/// <summary>Placement rules as documents, in YAML and JSON; <c>infra/docs/scheduling.md</c> describes the format.</summary>
public static class RulesDocument
{
    /// <summary>The most rules of one kind.</summary>
    public const int RulesMax = 1000;

    /// <summary>The longest name of a rule, in characters.</summary>
    public const int NameLengthMax = 63;

    /// <summary>Reads rules, or reports every error in the document at once.</summary>
    /// <param name="document">The whole document.</param>
    public static RulesReadResult Read(DocumentNode document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var diagnostics = new DiagnosticBag();
        var rules = MappingReader.Read(NodeContext.Create(document, "", diagnostics), ReadRules);
        var found = diagnostics.ToSortedList();
        return new RulesReadResult(found.Count == 0 ? rules : null, found);
    }

    /// <summary>Writes rules so that <see cref="Read"/> returns the same ones; defaults are omitted.</summary>
    public static DocumentMap Write(PlacementRules rules) => RulesWriter.Write(rules);

    private static PlacementRules ReadRules(MappingReader fields)
    {
        // The three kinds of rules share one namespace, because refusals and scores give only the name.
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        return new PlacementRules
        {
            HostAffinity = ReadList(fields.Optional("hostAffinity"), "host affinity rules", item => RuleReader.HostAffinity(item, names)),
            VmAffinity = ReadList(fields.Optional("vmAffinity"), "VM affinity rules", item => RuleReader.VmAffinity(item, names)),
            Taints = ReadList(fields.Optional("taints"), "taints", item => RuleReader.Taint(item, names)),
            Networks = ReadList(fields.Optional("networks"), "networks", RuleReader.Networks()),
        };
    }

    private static List<T> ReadList<T>(NodeContext? place, string what, Func<NodeContext, T?> read)
        where T : class => [.. place?.Items($"a list of {what}", RulesMax).Select(read).OfType<T>() ?? []];
}

/// <summary>The result of reading placement rules.</summary>
/// <param name="Rules">The rules; null if the document has errors.</param>
/// <param name="Diagnostics">All errors, by line.</param>
public sealed record RulesReadResult(PlacementRules? Rules, IReadOnlyList<DocumentDiagnostic> Diagnostics);

/// <summary>Writes rules as documents, without defaults.</summary>
internal static class RulesWriter
{
    public static DocumentMap Write(PlacementRules rules) => Map(
        ("hostAffinity", List(rules.HostAffinity.Select(rule => Map(
            ("name", Text(rule.Name)),
            ("vms", FromLabels(rule.Vms)),
            ("hosts", Requirements(rule.Hosts)),
            ("required", UnlessDefault(rule.Required)),
            ("weight", Weight(rule.Weight)))))),
        ("vmAffinity", List(rules.VmAffinity.Select(rule => Map(
            ("name", Text(rule.Name)),
            ("vms", FromLabels(rule.Vms)),
            ("apart", Plain(rule.Apart ? "true" : "false")),
            ("hard", UnlessDefault(rule.Hard)),
            ("weight", Weight(rule.Weight)))))),
        ("taints", List(rules.Taints.Select(rule => Map(
            ("name", Text(rule.Name)),
            ("hosts", Requirements(rule.Hosts)),
            ("toleratedBy", FromLabels(rule.ToleratedBy)),
            ("hard", UnlessDefault(rule.Hard)),
            ("weight", Weight(rule.Weight)))))),
        ("networks", List(rules.Networks.Select(rule => Map(
            ("name", Text(rule.Name)),
            ("hosts", Requirements(rule.Hosts)),
            ("moves", UnlessDefault(rule.Moves)))))));

    // As a mapping where that is equivalent.
    private static DocumentNode? Requirements(IReadOnlyList<LabelRequirement> all) =>
        all.All(one => one is { Operator: LabelOperator.In, Values.Count: 1 }) && all.DistinctBy(one => one.Key, StringComparer.Ordinal).Count() == all.Count
            ? NullIfEmpty(Map([.. all.Select(one => (one.Key, (DocumentNode?)Text(one.Values[0])))]))
            : List(all.Select(one => Map(
                ("key", Text(one.Key)),
                ("operator", Plain(RequirementReader.OperatorName(one.Operator))),
                ("values", List(one.Values.Select(value => IsNumber(one.Operator) ? Plain(value) : Text(value)))))));

    private static bool IsNumber(LabelOperator of) => of is LabelOperator.GreaterThan or LabelOperator.LessThan;

    private static DocumentScalar? UnlessDefault(bool standard) => standard ? null : Plain("false");

    private static DocumentScalar? Weight(int weight) => weight == 50 ? null : Plain($"{weight}");
}
