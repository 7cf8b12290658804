using System.CommandLine;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Policies;
using Mesh.Policy.Documents;

namespace Mesh.Cli.Commands.Policies;

/// <summary><c>mesh policy apply</c>.</summary>
internal sealed class ApplyPolicyVerb : ClientVerb
{
    private readonly Argument<string> _file = new("FILE") { Description = "Policy document in YAML or JSON; - for standard input." };

    public ApplyPolicyVerb(Io io)
        : base("apply", "Apply a policy, as a new version if it exists.", io) => Arguments.Add(_file);

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh policy apply gold.yaml", "create or update a policy"),
        ("mesh policy show nova --version 1 | mesh policy apply -", "restore an earlier version"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Running migrations keep their version of the policy; use 'mesh set ID --policy NAME' to update them.",
        "Applying an unchanged policy has no effect.",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var path = parsed.GetRequiredValue(_file);
        var document = DocumentFile.ReadText(Io, path);
        var view = await client.ApplyPolicyAsync(PolicyFile.Read(path, document).Name, document, Io.UserName, cancellation);
        if (output == OutputFormat.Json)
            JsonOutput.Write(Io, view);
        else
            Io.Out.WriteLine($"{view.Policy.Name}: version {view.Version}");
        return ExitCodes.Success;
    }
}

/// <summary><c>mesh policy check</c>.</summary>
internal sealed class CheckPolicyVerb : Verb
{
    private readonly Io _io;
    private readonly Argument<string[]> _files = new("FILE") { Description = "Policy documents in YAML or JSON; - for standard input.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<OutputFormat> _output;

    public CheckPolicyVerb(Io io)
        : base("check", "Check policy documents and report all errors. Requires no running mesh.")
    {
        _io = io;
        Arguments.Add(_files);
        _output = Add(OutputOption());
        SetAction(parsed => Run(parsed));
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh policy check gold.yaml", "check a policy before applying it"),
        ("mesh policy check policies/*.yaml", "in CI: prints FILE:LINE: FIELD: message for each error"),
        ("mesh policy check -", "from standard input"),
    ];

    public override IReadOnlyList<string> Notes =>
    [
        $"Exits with {ExitCodes.Success} if all documents are valid, with {ExitCodes.Refused} otherwise.",
    ];

    private int Run(ParseResult parsed)
    {
        var checkedFiles = parsed.GetRequiredValue(_files)
            .Select(path => new CheckedDocument(path, PolicyText.Read(DocumentFile.ReadText(_io, path)).Diagnostics)).ToList();
        if (parsed.GetValue(_output) == OutputFormat.Json)
            JsonOutput.Write(_io, checkedFiles);
        else
            foreach (var line in checkedFiles.SelectMany(Lines))
                _io.Out.WriteLine(line);

        var refused = checkedFiles.Where(file => file.Diagnostics.Count > 0).ToList();
        return refused.Count == 0
            ? ExitCodes.Success
            : throw new CliException(ExitCodes.Refused, $"invalid policy: {string.Join("; ", refused.SelectMany(Lines))}");
    }

    private static IEnumerable<string> Lines(CheckedDocument file) =>
        file.Diagnostics.Count == 0 ? [$"{file.File}: ok"] : file.Diagnostics.Select(error => TextFormatter.ToSingleLine(DocumentFile.FormatDiagnostic(file.File, error)));
}

/// <summary>Reads policy documents from files.</summary>
internal static class PolicyFile
{
    /// <exception cref="CliException">The document is invalid; with all errors.</exception>
    public static MigrationPolicy Read(string path, string text)
    {
        var (policy, errors) = PolicyText.Read(text);
        return policy ?? throw new CliException(ExitCodes.Refused, $"invalid policy: {string.Join("; ", errors.Select(error => DocumentFile.FormatDiagnostic(path, error)))}");
    }
}
