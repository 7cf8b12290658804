namespace Mesh.Documents;

/// <summary>A node while it is read: its content, its path, and where its errors go.</summary>
/// <param name="Node">The node.</param>
/// <param name="Field">Its path, such as <c>steps[2].when</c>; empty for the document.</param>
/// <param name="Diagnostics">Collects its errors.</param>
public readonly record struct NodeContext(DocumentNode Node, string Field, DiagnosticBag Diagnostics)
{
    /// <summary>Creates the context of a node and records its line, for errors that concern several fields.</summary>
    public static NodeContext Create(DocumentNode node, string field, DiagnosticBag errors)
    {
        errors.SetLine(field, node.Line);
        return new NodeContext(node, field, errors);
    }

    /// <summary>Adds an error of the node.</summary>
    public void AddError(string message) => Diagnostics.Add(Node.Line, Field, message);

    /// <summary>The items of a list; none, with an error, if it is no list.</summary>
    /// <param name="accepted">What is accepted, for the error.</param>
    /// <param name="countMax">The maximum number of items.</param>
    public IReadOnlyList<NodeContext> Items(string accepted, int countMax)
    {
        if (Node is not DocumentList list)
        {
            AddError($"must be {accepted}, not {Describe()}");
            return [];
        }

        if (list.Items.Count > countMax)
            AddError($"has {list.Items.Count} entries; at most {countMax} are accepted");
        var (field, errors) = (Field, Diagnostics);
        return [.. list.Items.Take(countMax).Select((item, index) => Create(item, $"{field}[{index}]", errors))];
    }

    /// <summary>Describes the node for an error.</summary>
    public string Describe() => Node switch
    {
        DocumentMap => "a mapping of fields",
        DocumentList => "a list",
        DocumentScalar { IsText: false } empty when ScalarReader.IsNull(empty.Text) => "nothing",
        DocumentScalar scalar => Quote(scalar.Text),
        _ => "this value",
    };

    /// <summary>Quotes text of a document, shortened for a message.</summary>
    public static string Quote(string text) => text.Length <= 60 ? $"'{text}'" : $"'{text[..60]}…'";
}
