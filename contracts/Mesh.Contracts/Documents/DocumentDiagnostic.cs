namespace Mesh.Contracts.Documents;

/// <summary>An error in a document of placement rules.</summary>
/// <param name="Line">The line, from 1; 0 if unknown.</param>
/// <param name="Field">The field, such as <c>vmAffinity[2].vms</c>; empty for the whole document.</param>
/// <param name="Message">What is wrong and what is accepted.</param>
public sealed record DocumentDiagnostic(int Line, string Field, string Message);
