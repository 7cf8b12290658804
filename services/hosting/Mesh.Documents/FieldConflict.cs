namespace Mesh.Documents;

/// <summary>Fields of a document that do not go together.</summary>
/// <param name="Field">The field that is to blame.</param>
/// <param name="Message">What is wrong and what is accepted.</param>
/// <param name="DependsOn">The fields that were looked at.</param>
public sealed record FieldConflict(string Field, string Message, params string[] DependsOn);
