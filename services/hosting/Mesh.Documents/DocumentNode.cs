namespace Mesh.Documents;

/// <summary>A node of a document, whether written as YAML or as JSON.</summary>
/// <param name="Line">The line where it starts, from 1; 0 for a node that was not read from text.</param>
public abstract record DocumentNode(int Line);

/// <summary>A single value.</summary>
/// <param name="Line">The line where it starts.</param>
/// <param name="Text">Its text, without quotes.</param>
/// <param name="IsText">Whether it is text whatever it looks like, because it is quoted or a block.</param>
public sealed record DocumentScalar(int Line, string Text, bool IsText = false) : DocumentNode(Line);

/// <summary>A list.</summary>
/// <param name="Line">The line where it starts.</param>
/// <param name="Items">Its items, in order.</param>
public sealed record DocumentList(int Line, IReadOnlyList<DocumentNode> Items) : DocumentNode(Line);

/// <summary>A mapping of fields.</summary>
/// <param name="Line">The line where it starts.</param>
/// <param name="Fields">Its fields, in order; a duplicate name is reported when the document is read.</param>
public sealed record DocumentMap(int Line, IReadOnlyList<DocumentField> Fields) : DocumentNode(Line);

/// <summary>A field of a <see cref="DocumentMap"/>.</summary>
/// <param name="Line">The line of its name.</param>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
public sealed record DocumentField(int Line, string Name, DocumentNode Value);
