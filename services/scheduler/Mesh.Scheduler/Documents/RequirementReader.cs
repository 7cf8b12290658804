using System.Globalization;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Documents;

namespace Mesh.Scheduler.Documents;

/// <summary>
/// Reads label requirements: a mapping of labels with exact values, or a list of <c>{ key, operator, values }</c>.
/// </summary>
internal static class RequirementReader
{
    private const int CountMax = LabelLimits.CountMax;
    private const string Accepted = "a mapping of labels such as { disk: ssd }, or a list of { key, operator, values }";

    private static readonly Dictionary<string, LabelOperator> Operators = new(StringComparer.Ordinal)
    {
        ["in"] = LabelOperator.In,
        ["notIn"] = LabelOperator.NotIn,
        ["exists"] = LabelOperator.Exists,
        ["doesNotExist"] = LabelOperator.DoesNotExist,
        ["greaterThan"] = LabelOperator.GreaterThan,
        ["lessThan"] = LabelOperator.LessThan,
    };

    /// <summary>The operator's name in documents.</summary>
    public static string OperatorName(LabelOperator of) => Operators.First(operatorName => operatorName.Value == of).Key;

    public static IReadOnlyList<LabelRequirement> Read(NodeContext? place, int countMin)
    {
        if (place is not { } there)
            return [];
        if (there.Node is DocumentMap)
            return [.. (LabelReader.Read(there, countMin) ?? new Dictionary<string, string>(StringComparer.Ordinal))
                .Select(label => new LabelRequirement(label.Key, LabelOperator.In, [label.Value]))];
        var items = there.Items(Accepted, CountMax);
        if (there.Node is DocumentList && items.Count < countMin)
            there.AddError($"is empty; expected {Accepted}");
        return [.. items.Select(ReadOne).OfType<LabelRequirement>()];
    }

    private static LabelRequirement? ReadOne(NodeContext place) => MappingReader.Read(place, fields =>
    {
        var (key, operatorName) = (fields.Required("key", "the label"), fields.Required("operator", string.Join(", ", Operators.Keys)));
        var label = key?.ReadText() ?? "";
        if (key is { Node: DocumentScalar { IsText: true } } && label.Length == 0)
            key?.AddError("is empty; expected the label's name");
        if (label.Length > LabelReader.LengthMax)
            key?.AddError($"has {label.Length} characters; at most {LabelReader.LengthMax} are allowed");
        var values = fields.Optional("values");
        if (operatorName?.ReadOneOf(Operators.Keys) is not { } known)
            return null;
        var of = Operators[known];
        return new LabelRequirement(label, of, of switch
        {
            LabelOperator.Exists or LabelOperator.DoesNotExist => ReadNoValues(values, known),
            LabelOperator.GreaterThan or LabelOperator.LessThan => ReadNumber(fields, values, known),
            _ => ReadTexts(fields, values, known),
        });
    });

    private static IReadOnlyList<string> ReadNoValues(NodeContext? values, string operatorName)
    {
        if (values is { Node: not DocumentList { Items.Count: 0 } } given)
            given.AddError($"is not allowed with {operatorName}, which has no values");
        return [];
    }

    private static IReadOnlyList<string> ReadNumber(MappingReader fields, NodeContext? values, string operatorName)
    {
        if (values is null)
            fields.AddError($"has no values; {operatorName} requires one whole number");
        if (values?.Items($"a list of one whole number for {operatorName}", CountMax) is not { } items || values is not { Node: DocumentList } list)
            return [];
        if (items.Count != 1)
            list.AddError($"has {items.Count} entries; {operatorName} requires one whole number");
        foreach (var item in items)
            if (item.Node is not DocumentScalar { Text: var text } || !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
                item.AddError($"must be a whole number for {operatorName}, not {item.Describe()}");
        return [.. items.Select(item => item.Node).OfType<DocumentScalar>().Select(scalar => scalar.Text)];
    }

    private static List<string> ReadTexts(MappingReader fields, NodeContext? values, string operatorName)
    {
        if (values is null)
            fields.AddError($"has no values; {operatorName} requires a list of strings");
        if (values?.Items($"a list of strings for {operatorName}", CountMax) is not { } items)
            return [];
        if (values is { Node: DocumentList { Items.Count: 0 } } empty)
            empty.AddError($"is empty; {operatorName} requires at least one string");
        List<string> texts = [];
        foreach (var item in items)
            if (item.ReadText() is { } text)
            {
                if (text.Length is 0 or > LabelReader.LengthMax)
                    item.AddError($"label names and values have 1 to {LabelReader.LengthMax} characters");
                else if (texts.Contains(text, StringComparer.Ordinal))
                    item.AddError($"{item.Describe()} is listed twice");
                texts.Add(text);
            }

        return texts;
    }
}
