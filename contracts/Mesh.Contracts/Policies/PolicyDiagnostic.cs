namespace Mesh.Contracts.Policies;

/// <summary>Something that is wrong with a policy document.</summary>
/// <param name="Line">The line, from 1; 0 where none can be named.</param>
/// <param name="Field">The field, such as <c>steps[2].when.elapsed</c>; empty for the whole document.</param>
/// <param name="Message">What is wrong and what is accepted.</param>
public sealed record PolicyDiagnostic(int Line, string Field, string Message);
