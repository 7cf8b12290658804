namespace Mesh.Documents;

/// <summary>A node on its way to becoming a value: what stands there, where, and where its faults go.</summary>
/// <param name="Node">What stands there.</param>
/// <param name="Field">Its path, such as <c>steps[2].when</c>; empty for the document.</param>
/// <param name="Diagnostics">Takes what is wrong with it.</param>
public readonly record struct NodeContext(DocumentNode Node, string Field, DiagnosticBag Diagnostics)
{
    /// <summary>A node whose place is remembered for faults of the whole.</summary>
    public static NodeContext Create(DocumentNode node, string field, DiagnosticBag errors)
    {
        errors.SetLine(field, node.Line);
        return new NodeContext(node, field, errors);
    }

    /// <summary>Adds a fault of what stands there.</summary>
    public void AddError(string message) => Diagnostics.Add(Node.Line, Field, message);

    /// <summary>The items of a list; none, with a fault, if it is no list.</summary>
    /// <param name="accepted">What is accepted, for the fault.</param>
    /// <param name="countMax">How many items there may be.</param>
    public IReadOnlyList<NodeContext> Items(string accepted, int countMax)
    {
        if (Node is not DocumentList list)
        {
            AddError($"takes {accepted}, not {Describe()}");
            return [];
        }

        if (list.Items.Count > countMax)
            AddError($"has {list.Items.Count} entries; at most {countMax} are accepted");
        var (field, errors) = (Field, Diagnostics);
        return [.. list.Items.Take(countMax).Select((item, index) => Create(item, $"{field}[{index}]", errors))];
    }

    /// <summary>What stands there, in words.</summary>
    public string Describe() => Node switch
    {
        DocumentMap => "a mapping of fields",
        DocumentList => "a list",
        DocumentScalar { IsText: false } empty when ScalarReader.IsNull(empty.Text) => "nothing",
        DocumentScalar scalar => Quote(scalar.Text),
        _ => "what stands here",
    };

    /// <summary>Text of a document as a message may show it.</summary>
    public static string Quote(string text) => text.Length <= 60 ? $"'{text}'" : $"'{text[..60]}…'";
}
