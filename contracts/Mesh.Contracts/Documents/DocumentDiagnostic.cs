namespace Mesh.Contracts.Documents;

/// <summary>An error in a document that somebody wrote: a policy, placement rules or a trace.</summary>
/// <param name="Line">The line, from 1; 0 if unknown.</param>
/// <param name="Field">The field, such as <c>vmAffinity[2].vms</c> or <c>steps[0].when</c>; empty for the whole document.</param>
/// <param name="Message">What is wrong and what is accepted.</param>
public sealed record DocumentDiagnostic(int Line, string Field, string Message);
