namespace Mesh.Contracts.Policies;

/// <summary>Asks to keep a policy, as a new version where there is one of the name. Keeping what is kept already changes nothing.</summary>
/// <param name="Document">The policy as YAML or JSON text.</param>
/// <param name="By">Who asks, for the audit.</param>
public sealed record KeepPolicy(string Document, string By);
