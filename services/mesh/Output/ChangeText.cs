using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;

namespace Mesh.Cli.Output;

/// <summary>Changes of running migrations in words.</summary>
internal static class ChangeText
{
    /// <summary>When, what, by whom, why, and what became of it.</summary>
    public static string Describe(MigrationChange change)
    {
        var became = change.Answers is { } answers ? Describe(answers) : "the host has not answered yet";
        return TextFormatter.ToSingleLine($"{TextFormatter.Format(change.At)}  {Summarize(change)}: {became}");
    }

    /// <summary>What, by whom and why.</summary>
    public static string Summarize(MigrationChange change) => Summarize(change.Origin.Describe(change.RequestedBy), change.Description, change.Reason);

    /// <inheritdoc cref="Summarize(MigrationChange)"/>
    public static string Summarize(MigrationChangeRequested change) => Summarize(change.Origin.Describe(change.RequestedBy), change.Description, change.Reason);

    private static string Summarize(string by, string what, string why) => TextFormatter.ToSingleLine($"{what}, by {by}{(why.Length > 0 ? $" ({why})" : "")}");

    /// <summary>What became of parameters.</summary>
    public static string Describe(IEnumerable<ParameterAnswer> answers) => string.Join("; ", answers.Select(Describe));

    /// <summary>What became of a parameter.</summary>
    public static string Describe(ParameterAnswer answer) => TextFormatter.ToSingleLine(
        $"{answer.Parameter.ToName()} {TextFormatter.Format(answer.Result)}{(answer.Explanation.Length > 0 ? $" ({answer.Explanation})" : "")}");
}
