namespace Mesh.Documents;

/// <summary>Something that is wrong with a document.</summary>
/// <param name="Line">The line, from 1; 0 where none can be named.</param>
/// <param name="Field">The field, such as <c>steps[2].when</c>; empty for the whole document.</param>
/// <param name="Message">What is wrong and what is accepted.</param>
public sealed record ReadDiagnostic(int Line, string Field, string Message);
