using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;

namespace Mesh.Cli.Output;

/// <summary>Queue positions and changes of migrations as text.</summary>
internal static class MigrationText
{
    /// <summary>Position, wait reason and expected start.</summary>
    public static string Describe(QueuedMigration queued) => TextFormatter.ToSingleLine(
        $"position {queued.Position}, waiting for {queued.WaitReason}{(queued.ExpectedStart is { } start ? $"; expected start {TextFormatter.Format(start)}" : "")}");

    /// <summary>When, what, by whom, why, and the results.</summary>
    public static string Describe(MigrationChange change)
    {
        var results = change.Answers is { } answers ? Describe(answers) : "pending: the host has not answered yet";
        return TextFormatter.ToSingleLine($"{TextFormatter.Format(change.At)}  {Summarize(change)}: {results}");
    }

    /// <summary>A change: what, by whom and why.</summary>
    public static string Summarize(MigrationChange change) => Summarize(change.Origin.Describe(change.RequestedBy), change.Description, change.Reason);

    /// <inheritdoc cref="Summarize(MigrationChange)"/>
    public static string Summarize(MigrationChangeRequested change) => Summarize(change.Origin.Describe(change.RequestedBy), change.Description, change.Reason);

    /// <summary>The results of parameters.</summary>
    public static string Describe(IEnumerable<ParameterAnswer> answers) => string.Join("; ", answers.Select(Describe));

    /// <summary>The result of a parameter.</summary>
    public static string Describe(ParameterAnswer answer) => TextFormatter.ToSingleLine(
        $"{answer.Parameter.ToName()} {TextFormatter.Format(answer.Result)}{(answer.Explanation.Length > 0 ? $" ({answer.Explanation})" : "")}");

    private static string Summarize(string requester, string description, string reason) =>
        TextFormatter.ToSingleLine($"{description}, by {requester}{(reason.Length > 0 ? $" ({reason})" : "")}");
}
