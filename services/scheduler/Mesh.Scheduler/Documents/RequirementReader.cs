using System.Globalization;
using Mesh.Contracts.Scheduling;
using Mesh.Documents;

namespace Mesh.Scheduler.Documents;

/// <summary>
/// Reads what hosts must bear: a mapping of labels, each of which must be just so, or a list of <c>{ key, operator, values }</c>.
/// </summary>
internal static class RequirementReader
{
    private const int CountMax = 64;
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

    /// <summary>The operator's word in documents.</summary>
    public static string Word(LabelOperator of) => Operators.First(word => word.Value == of).Key;

    public static IReadOnlyList<LabelRequirement> Read(Place? place, int countMin)
    {
        if (place is not { } there)
            return [];
        if (there.Node is DocumentMap)
            return [.. (Labels.Read(there, countMin) ?? new Dictionary<string, string>(StringComparer.Ordinal))
                .Select(label => new LabelRequirement(label.Key, LabelOperator.In, [label.Value]))];
        var items = there.Items(Accepted, CountMax);
        if (there.Node is DocumentList && items.Count < countMin)
            there.Fault($"is empty; it takes {Accepted}");
        return [.. items.Select(One).OfType<LabelRequirement>()];
    }

    private static LabelRequirement? One(Place place) => Fields.Read(place, fields =>
    {
        var (key, word) = (fields.Require("key", "the label"), fields.Require("operator", string.Join(", ", Operators.Keys)));
        var label = key?.Text() ?? "";
        if (key is { Node: DocumentScalar { IsText: true } } && label.Length == 0)
            key?.Fault("is empty; it takes the label's name");
        if (label.Length > Labels.LengthMax)
            key?.Fault($"has {label.Length} characters; at most {Labels.LengthMax} are accepted");
        var values = fields.Find("values");
        if (word?.OneOf(Operators.Keys) is not { } known)
            return null;
        var of = Operators[known];
        return new LabelRequirement(label, of, of switch
        {
            LabelOperator.Exists or LabelOperator.DoesNotExist => None(values, known),
            LabelOperator.GreaterThan or LabelOperator.LessThan => Number(fields, values, known),
            _ => Texts(fields, values, known),
        });
    });

    private static IReadOnlyList<string> None(Place? values, string word)
    {
        if (values is { Node: not DocumentList { Items.Count: 0 } } given)
            given.Fault($"does not stand beside {word}, which looks at no value");
        return [];
    }

    private static IReadOnlyList<string> Number(Fields fields, Place? values, string word)
    {
        if (values is null)
            fields.Fault($"has no values; {word} takes one whole number");
        if (values?.Items($"a list of one whole number for {word}", CountMax) is not { } items || values is not { Node: DocumentList } list)
            return [];
        if (items.Count != 1)
            list.Fault($"has {items.Count} entries; {word} takes one whole number");
        foreach (var item in items)
            if (item.Node is not DocumentScalar { Text: var text } || !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
                item.Fault($"takes a whole number for {word}, not {item.Described()}");
        return [.. items.Select(item => item.Node).OfType<DocumentScalar>().Select(scalar => scalar.Text)];
    }

    private static List<string> Texts(Fields fields, Place? values, string word)
    {
        if (values is null)
            fields.Fault($"has no values; {word} takes a list of texts");
        if (values?.Items($"a list of texts for {word}", CountMax) is not { } items)
            return [];
        if (values is { Node: DocumentList { Items.Count: 0 } } empty)
            empty.Fault($"is empty; {word} takes one text or more");
        List<string> texts = [];
        foreach (var item in items)
            if (item.Text() is { } text)
            {
                if (text.Length is 0 or > Labels.LengthMax)
                    item.Fault($"names and values of labels have 1 to {Labels.LengthMax} characters");
                else if (texts.Contains(text, StringComparer.Ordinal))
                    item.Fault($"{item.Described()} stands twice");
                texts.Add(text);
            }

        return texts;
    }
}
