namespace Mesh.Contracts.Scheduling;

/// <summary>Asks to keep a document of placement rules in place of those there are; answered by <see cref="KeptRules"/>.</summary>
/// <param name="Document">The rules as YAML or JSON text.</param>
/// <param name="By">Who asks, for the audit.</param>
/// <param name="DryRun">Whether they are only to be checked.</param>
public sealed record KeepRules(string Document, string By, bool DryRun = false);
