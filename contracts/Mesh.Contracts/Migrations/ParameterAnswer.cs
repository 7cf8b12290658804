using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>The result of setting one parameter. None is ever silently ignored.</summary>
/// <param name="Parameter">The parameter.</param>
/// <param name="Result">Whether it took effect.</param>
/// <param name="Explanation">How it was emulated or why it was refused; the value for an applied one.</param>
public sealed record ParameterAnswer(
    MigrationParameter Parameter,
    ParameterResult Result,
    [property: Limits(0, MessageLimits.LongTextLengthMax)] string Explanation);
