namespace Mesh.Documents;

/// <summary>A node on its way to becoming a value: what stands there, where, and where its faults go.</summary>
/// <param name="Node">What stands there.</param>
/// <param name="Field">Its path, such as <c>steps[2].when</c>; empty for the document.</param>
/// <param name="Faults">Takes what is wrong with it.</param>
public readonly record struct Place(DocumentNode Node, string Field, Faults Faults)
{
    /// <summary>A node whose place is remembered for faults of the whole.</summary>
    public static Place Of(DocumentNode node, string field, Faults faults)
    {
        faults.Mark(field, node.Line);
        return new Place(node, field, faults);
    }

    /// <summary>Adds a fault of what stands there.</summary>
    public void Fault(string message) => Faults.Add(Node.Line, Field, message);

    /// <summary>The items of a list; none, with a fault, if it is no list.</summary>
    /// <param name="accepted">What is accepted, for the fault.</param>
    /// <param name="countMax">How many items there may be.</param>
    public IReadOnlyList<Place> Items(string accepted, int countMax)
    {
        if (Node is not DocumentList list)
        {
            Fault($"takes {accepted}, not {Described()}");
            return [];
        }

        if (list.Items.Count > countMax)
            Fault($"has {list.Items.Count} entries; at most {countMax} are accepted");
        var (field, faults) = (Field, Faults);
        return [.. list.Items.Take(countMax).Select((item, index) => Of(item, $"{field}[{index}]", faults))];
    }

    /// <summary>What stands there, in words.</summary>
    public string Described() => Node switch
    {
        DocumentMap => "a mapping of fields",
        DocumentList => "a list",
        DocumentScalar { IsText: false } empty when Scalars.IsNull(empty.Text) => "nothing",
        DocumentScalar scalar => Quote(scalar.Text),
        _ => "what stands here",
    };

    /// <summary>Text of a document as a message may show it.</summary>
    public static string Quote(string text) => text.Length <= 60 ? $"'{text}'" : $"'{text[..60]}…'";
}
