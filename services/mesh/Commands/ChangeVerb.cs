using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Commands;

/// <summary>A verb that changes a running migration, and tells what became of each parameter.</summary>
internal abstract class ChangeVerb : ClientVerb
{
    private readonly Argument<string> _id = new("ID") { Description = "The migration." };
    private readonly Option<string?> _why;

    protected ChangeVerb(string name, string description, Io io)
        : base(name, description, io)
    {
        Arguments.Add(_id);
        _why = Add(new Option<string?>("--reason") { Description = "Why, for the migration's record.", HelpName = "TEXT" });
    }

    public override IReadOnlyList<string> Notes =>
    [
        "Each parameter is told as applied, emulated (its effect is brought about by other means) or refused, with the reason.",
        $"It ends with {ExitCodes.Success} if what was asked for is so now, with {ExitCodes.Refused} if any of it is refused, and with {ExitCodes.Unreachable} if the",
        "host has not answered yet; 'mesh show ID' tells later.",
    ];

    protected MigrationId Id(ParseResult parsed) => ReadId(parsed.GetRequiredValue(_id));

    protected string Why(ParseResult parsed) => parsed.GetValue(_why) ?? "";

    protected void Write(OutputFormat output, ChangeStatus changed)
    {
        if (output == OutputFormat.Json)
        {
            JsonOutput.Write(Io, changed.Change);
            return;
        }

        var table = new TextTable("PARAMETER", "RESULT", "EXPLANATION");
        foreach (var answer in changed.Change.Answers ?? [])
            table.Add(answer.Parameter, TextFormatter.Format(answer.Result), TextFormatter.ToSingleLine(answer.Explanation));
        if (changed.IsPending)
            table.Add(changed.Change.Description, "pending", "the host has not answered yet");
        table.Write(Io);
    }

    /// <summary>Ends the command with the code that a change deserves.</summary>
    /// <param name="id">The migration.</param>
    /// <param name="changed">What became of the change.</param>
    /// <param name="counts">Whether a refusal concerns what was asked for.</param>
    /// <exception cref="CliException">Something was refused, or is not known yet.</exception>
    protected static int CodeOf(MigrationId id, ChangeStatus changed, Func<ParameterAnswer, bool> counts)
    {
        var refused = (changed.Change.Answers ?? []).Where(answer => answer.Result == ParameterResult.Refused && counts(answer)).ToList();
        if (refused.Count > 0)
            throw new CliException(ExitCodes.Refused, $"refused: {string.Join("; ", refused.Select(answer => $"{answer.Parameter}: {answer.Explanation}"))}");
        return changed.IsPending
            ? throw new CliException(ExitCodes.Unreachable, $"the host has not answered yet ('mesh show {id}' tells when it has)")
            : ExitCodes.Success;
    }
}
