namespace Mesh.Policy.Traces;

/// <summary>What a text says as a trace.</summary>
/// <param name="Trace">The trace; null if anything is wrong with it.</param>
/// <param name="Faults">What is wrong with it, by line; no more than the first twenty.</param>
public sealed record TraceParseResult(MigrationTrace? Trace, IReadOnlyList<TraceFault> Faults);

/// <summary>Something that is wrong with a trace.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Field">The field, such as <c>vm.memory_bytes</c>; empty for the whole line.</param>
/// <param name="Message">What is wrong and what is accepted.</param>
public sealed record TraceFault(int Line, string Field, string Message)
{
    /// <summary>The whole in one sentence, such as <c>line 3, t_s: is missing; a number of seconds, 0 or more</c>.</summary>
    public override string ToString() => Field.Length == 0 ? $"line {Line}: {Message}" : $"line {Line}, {Field}: {Message}";
}
