namespace Mesh.Documents;

/// <summary>A part of a document, whether it was written as YAML or as JSON.</summary>
/// <param name="Line">The line where it begins, from 1; 0 for a document that nobody has written yet.</param>
public abstract record DocumentNode(int Line);

/// <summary>A single value.</summary>
/// <param name="Line">The line where it begins.</param>
/// <param name="Text">What stands there, without quotes.</param>
/// <param name="IsText">Whether it is text whatever it looks like, because it stands in quotes or in a block of its own.</param>
public sealed record DocumentScalar(int Line, string Text, bool IsText = false) : DocumentNode(Line);

/// <summary>A list.</summary>
/// <param name="Line">The line where it begins.</param>
/// <param name="Items">Its items, in order.</param>
public sealed record DocumentList(int Line, IReadOnlyList<DocumentNode> Items) : DocumentNode(Line);

/// <summary>Fields with names.</summary>
/// <param name="Line">The line where it begins.</param>
/// <param name="Fields">Its fields, in order; a name may stand twice, which whoever reads the document complains about.</param>
public sealed record DocumentMap(int Line, IReadOnlyList<DocumentField> Fields) : DocumentNode(Line);

/// <summary>A field of a <see cref="DocumentMap"/>.</summary>
/// <param name="Line">The line of its name.</param>
/// <param name="Name">Its name.</param>
/// <param name="Value">What it holds.</param>
public sealed record DocumentField(int Line, string Name, DocumentNode Value);
