namespace Mesh.Contracts.Migrations;

/// <summary>What became of one parameter that was to be set. None is ever silently ignored.</summary>
/// <param name="Parameter">Its name as in <see cref="MigrationOptions"/>, in camel case.</param>
/// <param name="Result">Whether it took effect.</param>
/// <param name="Explanation">How it was emulated or why it was refused; the value for an applied one.</param>
public sealed record ParameterAnswer(string Parameter, ParameterResult Result, string Explanation);
