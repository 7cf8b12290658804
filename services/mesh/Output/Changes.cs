using Mesh.Contracts.Migrations;

namespace Mesh.Cli.Output;

/// <summary>Changes of running migrations in words.</summary>
internal static class Changes
{
    /// <summary>When, what, by whom, why, and what became of it.</summary>
    public static string InWords(MigrationChange change)
    {
        var became = change.Answers is { } answers ? InWords(answers) : "the host has not answered yet";
        return Words.OneLine($"{Words.Of(change.At)}  {InWords(change.By, change.What, change.Why)}: {became}");
    }

    /// <summary>A decision: what, by whom and why.</summary>
    public static string InWords(string by, string what, string why) => Words.OneLine($"{what}, by {by}{(why.Length > 0 ? $" ({why})" : "")}");

    /// <summary>What became of parameters.</summary>
    public static string InWords(IEnumerable<ParameterAnswer> answers) => string.Join("; ", answers.Select(InWords));

    /// <summary>What became of a parameter.</summary>
    public static string InWords(ParameterAnswer answer) => Words.OneLine(
        $"{answer.Parameter} {Words.Of(answer.Result)}{(answer.Explanation.Length > 0 ? $" ({answer.Explanation})" : "")}");
}
