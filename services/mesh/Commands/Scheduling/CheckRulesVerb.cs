using System.CommandLine;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Documents;
using Mesh.Scheduler.Host.Documents;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary><c>mesh rules check</c>.</summary>
internal sealed class CheckRulesVerb : Verb
{
    private readonly Io _io;
    private readonly Argument<string> _file = new("FILE") { Description = "The document in YAML or JSON; - is standard input." };
    private readonly Option<OutputFormat> _output;

    public CheckRulesVerb(Io io)
        : base("check", "Check a document of placement rules, and tell everything that is wrong with it. Needs no mesh.")
    {
        _io = io;
        Arguments.Add(_file);
        _output = Add(OutputOption());
        SetAction(parsed => Run(parsed));
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh rules check rules.yaml", "before it is applied; in CI: FILE:LINE: FIELD: message for each fault"),
        ("mesh rules check -", "from standard input"),
    ];

    public override IReadOnlyList<string> Notes => [$"It ends with {ExitCodes.Success} if the document is accepted, and with {ExitCodes.Refused} otherwise."];

    private int Run(ParseResult parsed)
    {
        var path = parsed.GetRequiredValue(_file);
        var (rules, errors) = RulesText.Read(DocumentFile.ReadText(_io, path));
        if (parsed.GetValue(_output) == OutputFormat.Json)
            JsonOutput.Write(_io, new Checked(path, errors));
        else if (rules is not null)
            _io.Out.WriteLine($"{path}: ok ({RulesFile.Count(rules)})");
        else
            foreach (var error in errors)
                _io.Out.WriteLine(TextFormatter.ToSingleLine(RulesFile.FormatDiagnostic(path, error)));
        return rules is not null
            ? ExitCodes.Success
            : throw new CliException(ExitCodes.Refused, $"refused: {string.Join("; ", errors.Select(error => RulesFile.FormatDiagnostic(path, error)))}");
    }

    /// <summary>A document and what is wrong with it.</summary>
    private sealed record Checked(string File, IReadOnlyList<DocumentDiagnostic> Faults);
}
