using Mesh.Contracts.Scheduling;
using Mesh.Documents;
using static Mesh.Documents.NodeBuilder;

namespace Mesh.Scheduler.Documents;

/// <summary>Writes rules as documents, without what has its default.</summary>
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

    // As a mapping wherever that says the same.
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
