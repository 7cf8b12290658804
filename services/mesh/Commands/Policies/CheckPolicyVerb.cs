using System.CommandLine;
using Mesh.Cli.Output;
using Mesh.Cli.Watching;
using Mesh.Contracts.Documents;
using Mesh.Policy.Host.Documents;

namespace Mesh.Cli.Commands.Policies;

/// <summary><c>mesh policy check</c>.</summary>
internal sealed class CheckPolicyVerb : Verb
{
    private readonly Io _io;
    private readonly Argument<string[]> _files = new("FILE") { Description = "Documents in YAML or JSON; - is standard input.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<OutputFormat> _output;

    public CheckPolicyVerb(Io io)
        : base("check", "Check policy documents, and tell everything that is wrong with them. Needs no mesh.")
    {
        _io = io;
        Arguments.Add(_files);
        _output = Add(OutputOption());
        SetAction(parsed => Run(parsed));
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh policy check gold.yaml", "before it is applied"),
        ("mesh policy check policies/*.yaml", "in CI: FILE:LINE: FIELD: message for each fault"),
        ("mesh policy check -", "from standard input"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        $"It ends with {ExitCodes.Success} if every document is accepted, and with {ExitCodes.Refused} otherwise.",
    ];

    private int Run(ParseResult parsed)
    {
        var checkedFiles = parsed.GetRequiredValue(_files).Select(path => new Checked(path, PolicyText.Read(DocumentFile.ReadText(_io, path)).Faults)).ToList();
        if (parsed.GetValue(_output) == OutputFormat.Json)
            JsonOutput.Write(_io, checkedFiles);
        else
            foreach (var line in checkedFiles.SelectMany(Lines))
                _io.Out.WriteLine(line);

        var refused = checkedFiles.Where(file => file.Faults.Count > 0).ToList();
        return refused.Count == 0
            ? ExitCodes.Success
            : throw new CliException(ExitCodes.Refused, $"refused: {string.Join("; ", refused.SelectMany(Lines))}");
    }

    private static IEnumerable<string> Lines(Checked file) =>
        file.Faults.Count == 0 ? [$"{file.File}: ok"] : file.Faults.Select(error => TextFormatter.ToSingleLine(PolicyFile.FormatDiagnostic(file.File, error)));

    /// <summary>A document and what is wrong with it.</summary>
    private sealed record Checked(string File, IReadOnlyList<DocumentDiagnostic> Faults);
}
